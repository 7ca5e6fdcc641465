import { type Model, row } from "./model.ts";

/**
 * An AnRongXin PAT2000, temperature, pressure, velocity and moisture of stack gas, as a data logger's driver asks it (Yimning/Daily-Code,
 * protocol/rtuacq_protocol_PLC_AnRongXin_PAT2000.c): function 0x66 with 00 9D is answered by 0x2C, a byte that the driver does not look
 * at, and 44 bytes that begin with three floats, lowest byte first: temperature in °C, pressure in kPa, velocity in m/s. Moisture in %
 * is function 4, 0x1F82.
 */
export const pat2000: Model = {
  profile: "anrongxin/pat2000",
  about: "AnRongXin PAT2000: temperature, pressure, velocity by function 0x66, moisture by 4; float32 DCBA",
  maxRegisters: 125,
  identity: { vendor: "AnRongXin", product: "PAT2000", revision: "1.0" },
  cells: row("input", 0x1f82, "float32", ["moisture"], "DCBA"),
  own: {
    request: "66009d",
    points: { temperature: 2, pressure: 6, velocity: 10 },
    blank: Buffer.concat([Buffer.from([0x66, 0x2c, 0x00]), Buffer.alloc(44)]),
  },
  values: ({ plant, condition, scatter }) => {
    const gives = condition === "malfunction" ? 0 : 1;
    const shown = (label: string, value: number): number => gives * value * (1 + 0.001 * scatter(label));
    return {
      temperature: shown("temperature", plant.temperatureC),
      pressure: shown("pressure", plant.staticPa / 1000),
      velocity: shown("velocity", plant.velocity),
      moisture: shown("moisture", plant.moisture),
    };
  },
};
