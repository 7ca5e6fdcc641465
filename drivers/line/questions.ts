/** A question as it went to the line, whatever the protocol. `Unit` is how a device is addressed: a number, or twelve digits. */
export interface Question<Unit, Request> {
  readonly unit: Unit;
  readonly request: Request;
  /** When it went out, and until when its reply is awaited (ms, performance.now). */
  readonly at: number;
  readonly until: number;
}

/** More than a line can ask within the time a late reply may take; the oldest are forgotten beyond it. */
const mostOpen = 200;

/** Questions of a line that may still be answered, oldest first, the pending one last: a device answers in the order it was asked. */
export class OpenQuestions<Asked extends { readonly until: number }> {
  private list: readonly Asked[] = [];

  get size(): number {
    return this.list.length;
  }

  add(asked: Asked): void {
    this.list = [...this.list.slice(1 - mostOpen), asked];
  }

  oldest(fits: (asked: Asked) => boolean): Asked | undefined {
    return this.list.find(fits);
  }

  /** `asked` was answered: it will not be again, nor will those before it that share its order. */
  settle(asked: Asked, shares: (other: Asked) => boolean): void {
    const index = this.list.indexOf(asked);
    this.list = this.list.filter((other, i) => i > index || (other !== asked && !shares(other)));
  }

  /** Questions whose deadline was before `at` are taken to be lost for good. */
  forget(at: number): void {
    if ((this.list[0]?.until ?? at) < at) this.list = this.list.filter((asked) => asked.until >= at);
  }
}
