import { join } from "node:path";

/** Folders of the state folder: what is handed over, and documents by their hash. */
export const spoolPath = (site: { readonly state: string }): string => join(site.state, "spool");
export const documentsPath = (site: { readonly state: string }): string => join(site.state, "documents");
