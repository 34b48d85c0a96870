import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLineSplitter, type Lines } from "../../../src/sources/decode/lines.ts";
import { bytesOf, pieces } from "./support.ts";

function splitAll(recording: string | Uint8Array, sizes: readonly number[] = [], lineBytesMax?: number) {
  const bytes = typeof recording === "string" ? bytesOf(recording) : recording;
  const splitter = createLineSplitter(lineBytesMax === undefined ? {} : { lineBytesMax });
  const parts: Lines[] = [];
  for (const piece of pieces(bytes, sizes)) parts.push(splitter.decode(piece));
  parts.push(splitter.finish());
  return {
    texts: parts.flatMap(({ texts }) => texts),
    lines: parts.flatMap(({ lines }) => [...lines]),
    offsets: parts.flatMap(({ offsets }) => [...offsets]),
    rejects: parts.flatMap(({ rejects }) => [...rejects]),
  };
}

describe("createLineSplitter", () => {
  it("gives lines with their numbers and offsets", () => {
    for (const sizes of [[], [1], [3]]) {
      expect(splitAll("\ufeffa,b\r\n\n \t\r\n é \nlast", sizes)).toEqual({
        texts: ["a,b", " é ", "last"],
        lines: [1, 4, 5],
        offsets: [3, 13, 18],
        rejects: [],
      });
    }
  });

  it("keeps a BOM that is not at the start", () => {
    expect(splitAll("\ufeff\ufeffa\n\ufeffb\n").texts).toEqual(["\ufeffa", "\ufeffb"]);
  });

  it("rejects what is not UTF-8 and what is too long", () => {
    const bytes = Uint8Array.of(0x61, 0x0a, 0xff, 0x0d, 0x0a, ...bytesOf("123456\n12345\nb"));
    for (const sizes of [[], [1], [4]]) {
      expect(splitAll(bytes, sizes, 5)).toEqual({
        texts: ["a", "12345", "b"],
        lines: [1, 4, 5],
        offsets: [0, 12, 18],
        rejects: [
          {
            disposition: "parse-failed",
            line: 2,
            offset: 2,
            raw: Uint8Array.of(0xff),
            reason: "the line is not UTF-8",
          },
          {
            disposition: "invalid",
            line: 3,
            offset: 5,
            raw: bytesOf("123456"),
            reason: "the line has 6 bytes, and the limit is 5",
          },
        ],
      });
    }
  });

  it("has nothing to give for nothing", () => {
    expect(splitAll("")).toEqual({ texts: [], lines: [], offsets: [], rejects: [] });
    expect(splitAll("\n\r\n").texts).toEqual([]);
  });

  it("agrees with split, however the bytes are cut", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    const text = fc.string({ unit: fc.constantFrom("a", "é", "😀", "\n", "\r\n", " ", "\r", "x".repeat(12)) });
    fc.assert(
      fc.property(text, sizes, fc.integer({ min: 1, max: 20 }), (recording, cut, limit) => {
        const { texts, lines, offsets, rejects } = splitAll(recording, cut, limit);
        const all = recording.split("\n").map((line, i, every) => ({
          text: line.replace(/\r$/, ""),
          line: i + 1,
          offset: bytesOf(
            every
              .slice(0, i)
              .map((before) => `${before}\n`)
              .join(""),
          ).length,
          bytes: bytesOf(line).length,
        }));
        const short = all.filter(({ bytes, text: kept }) => bytes <= limit && !/^[ \t\r]*$/.test(kept));
        expect(texts).toEqual(short.map((each) => each.text));
        expect(lines).toEqual(short.map((each) => each.line));
        expect(offsets).toEqual(short.map((each) => each.offset));
        const long = all.filter(({ bytes }) => bytes > limit);
        expect(rejects.map(({ line, offset }) => [line, offset])).toEqual(
          long.map(({ line, offset }) => [line, offset]),
        );
      }),
    );
  });
});
