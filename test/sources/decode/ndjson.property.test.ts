import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemaOfColumns, t } from "../../../src/types/column-type.ts";
import { parseTimestamp } from "../../../src/types/time.ts";
import { bytesOf, decodeAll, type Raw, wholeNumber } from "./support.ts";

const schema = schemaOfColumns({
  flag: t.bool(),
  whole: t.int().nullable(),
  small: t.int32(),
  part: t.float().nullable(),
  "na\tme é": t.utf8(),
  at: t.timestamp().nullable(),
});

type Row = (boolean | number | bigint | string | Date | null)[];

const row: fc.Arbitrary<Row> = fc.tuple(
  fc.boolean(),
  fc.option(fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.maxSafeInteger().map(BigInt), fc.bigInt(-99n, 99n))),
  fc.integer(),
  fc.option(
    fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer().map((n) => n / 100),
    ),
  ),
  fc.string({ unit: "binary" }),
  fc.option(fc.date({ min: new Date(-62_167_219_200_000), max: new Date(253_402_300_799_999), noInvalidDate: true })),
);

/** One way to write a value; `choice` picks among spaces and escapes. */
function written(value: Row[number], choice: number): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number")
    return Object.is(value, -0) ? "-0.0" : String(value).replace("e", choice % 2 ? "E" : "e");
  if (typeof value === "string" && choice % 3 === 0) {
    return `"${Array.from({ length: value.length }, (_, i) => `\\u${value.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"`;
  }
  return JSON.stringify(value);
}

const SPACES = ["", "", "", " ", "\t", " \r ", "  "];

interface Message {
  readonly row: Row;
  readonly text: string;
}

/** A row as a line: fields in any order, some of them twice (the last counts), unknown ones between them. */
const message: fc.Arbitrary<Message> = fc
  .tuple(
    row,
    row,
    fc.array(fc.nat(1_000), { minLength: 30, maxLength: 30 }),
    fc.array(fc.tuple(fc.string(), fc.json())),
    fc.boolean(),
  )
  .map(([values, others, choices, unknown, inOrder]) => {
    let turn = 0;
    const choice = () => choices[turn++ % choices.length] ?? 0;
    const names = schema.fields.map((field) => field.name);
    const space = () => SPACES[choice() % SPACES.length] ?? "";
    const member = (name: string, text: string) =>
      `${space()}${written(name, choice())}${space()}:${space()}${text}${space()}`;
    const members = names
      .map((name, i) => ({ name, i, rank: inOrder ? i : choice() }))
      .filter(({ i }) => values[i] !== null || choice() % 2 === 0)
      .sort((a, b) => a.rank - b.rank)
      .map(({ name, i }) => member(name, written(values[i] ?? null, choice())));
    const before = inOrder ? [] : names.filter(() => choice() % 4 === 0).filter((_, i) => values[i] !== null);
    const early = before
      .map((name) => names.indexOf(name))
      .filter((i) => values[i] !== null)
      .map((i) => member(names[i] ?? "", written(others[i] ?? null, choice())));
    const extra = unknown.filter(([name]) => !names.includes(name)).map(([name, json]) => member(name, json));
    return { row: values, text: `{${[...early, ...extra, ...members].join(",") || space()}}${space()}` };
  });

const expected = (values: Row): Raw[] =>
  values.map((value) => {
    if (value instanceof Date) return parseTimestamp(value.toISOString()) ?? null;
    return typeof value === "bigint" ? wholeNumber(value) : value;
  });

const sizes = fc.oneof(fc.constant([]), fc.constant([1]), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }));

describe("random messages", () => {
  it("come out as they were written, however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(message),
        sizes,
        fc.constantFrom("\n", "\r\n", "\n\n"),
        fc.boolean(),
        (messages, cut, eol, bom) => {
          const recording = (bom ? "\ufeff" : "") + messages.map(({ text }) => text).join(eol);
          const { rows, rejects, lines } = decodeAll(schema, recording, cut);
          expect(rejects).toEqual([]);
          expect(rows).toEqual(messages.map((each) => expected(each.row)));
          expect(lines).toEqual(messages.map((_, i) => i * (eol === "\n\n" ? 2 : 1) + 1));
        },
      ),
      { numRuns: 300 },
    );
  });
});

const simple = schemaOfColumns({
  b: t.bool(),
  i: t.int(),
  f: t.float().nullable(),
  s: t.utf8(),
  at: t.timestamp().nullable(),
});

const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** The slow, obvious check of a line, on what JSON.parse gives. */
function check(line: string): "blank" | "parse-failed" | "invalid" | Raw[] {
  if (/^[ \t\r]*$/.test(line)) return "blank";
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "parse-failed";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "parse-failed";
  const own = new Map<string, unknown>(Object.entries(value));
  const [flag, whole, part, text, time] = ["b", "i", "f", "s", "at"].map((name) => own.get(name) ?? null);
  if (typeof flag !== "boolean" || typeof whole !== "number" || !Number.isInteger(whole)) return "invalid";
  if (Math.abs(whole) >= 2 ** 63) return "invalid";
  if (part !== null && (typeof part !== "number" || !Number.isFinite(part))) return "invalid";
  if (typeof text !== "string" || HALF.test(text)) return "invalid";
  const us = typeof time === "string" ? parseTimestamp(time) : time === null ? null : undefined;
  if (us === undefined || (us !== null && BigInt.asIntN(64, BigInt(us)) !== BigInt(us))) return "invalid";
  return [flag, wholeNumber(BigInt(whole)), part, text, us];
}

const base = fc
  .tuple(
    fc.boolean(),
    fc.integer({ min: -9_999, max: 9_999 }),
    fc.constantFrom(0, 1.5, -2.25, 1e21, null),
    fc.string(),
    fc.json(),
  )
  .map(
    ([b, i, f, s, unknown]) =>
      `{"b":${b},"i":${i},"f":${f},"s":${JSON.stringify(s)},"at":"2026-01-31T10:00:00.5Z","u":${unknown}}`,
  );

const PIECES = [
  ...Array.from("{}[]:,\"\\ \t\r0123456789-+.eEutrfalsn'/"),
  "\\u",
  "\\ud83d",
  "\\ude00",
  "null",
  "true",
  '"i":',
  '"s":"x"',
  "\u0000",
  "\u001f",
  "é",
  "😀",
  "\ufeff",
  "\u2028",
];

const mutation = fc.record({
  place: fc.nat(),
  cut: fc.integer({ min: 0, max: 3 }),
  piece: fc.constantFrom("", ...PIECES),
});

const mutated = fc.tuple(base, fc.array(mutation, { maxLength: 4 })).map(([text, mutations]) =>
  mutations.reduce((line, { place, cut, piece }) => {
    const points = Array.from(line);
    points.splice(place % (points.length + 1), cut, piece);
    return points.join("");
  }, text),
);

describe("random mutations", () => {
  it("are taken, or rejected, as JSON.parse and a slow check of the schema say", () => {
    const seen = { taken: 0, invalid: 0, "parse-failed": 0 };
    fc.assert(
      fc.property(fc.array(mutated, { minLength: 1, maxLength: 5 }), sizes, (lines, cut) => {
        fc.pre(!lines[0]?.startsWith("\ufeff")); // there it is the recording's mark
        fc.pre(!lines.some((line) => /e-\d{3}/i.test(line))); // JSON.parse rounds 1e-999 to 0
        const { rows, rejects, lines: numbers } = decodeAll(simple, lines.join("\n"), cut);
        const verdicts = lines.map(check);
        expect(rows).toEqual(verdicts.filter((verdict) => typeof verdict !== "string"));
        expect(numbers).toEqual(verdicts.flatMap((verdict, i) => (typeof verdict === "string" ? [] : [i + 1])));
        expect(rejects.map(({ disposition, line }) => [disposition, line])).toEqual(
          verdicts.flatMap((verdict, i) =>
            verdict === "invalid" || verdict === "parse-failed" ? [[verdict, i + 1]] : [],
          ),
        );
        for (const { raw, line, offset } of rejects) {
          expect(raw).toEqual(bytesOf((lines[line - 1] ?? "").replace(/\r$/, "")));
          expect(offset).toBe(
            bytesOf(
              lines
                .slice(0, line - 1)
                .map((text) => `${text}\n`)
                .join(""),
            ).length,
          );
        }
        seen.taken += rows.length;
        for (const { disposition } of rejects) seen[disposition]++;
      }),
      { numRuns: 1_500 },
    );
    expect(Math.min(seen.taken, seen.invalid, seen["parse-failed"])).toBeGreaterThan(100);
  });

  it("of bytes never throw, and every line is accounted for", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 30 }), mutated.map(bytesOf)), { maxLength: 6 }),
        sizes,
        (parts, cut) => {
          const bytes = Uint8Array.from(parts.flatMap((part) => [...part, 0x0a]));
          const whole = decodeAll(simple, bytes);
          const pieces = decodeAll(simple, bytes, cut);
          expect(pieces).toEqual(whole);
          const numbers = [...whole.lines, ...whole.rejects.map(({ line }) => line)];
          expect(new Set(numbers).size).toBe(numbers.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});
