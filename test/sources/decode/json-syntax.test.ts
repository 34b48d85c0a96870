import { describe, expect, it } from "vitest";
import {
  DEPTH_MAX,
  faultReason,
  plainEnd,
  plainEndByWords,
  skipValue,
} from "../../../src/sources/decode/json-syntax.ts";
import { schemaOfFields } from "../../../src/types/schema.ts";
import { bytesOf, decodeAll } from "./support.ts";

const nothing = schemaOfFields([]);
const verdict = (line: string | Uint8Array) => {
  const bytes = typeof line === "string" ? bytesOf(line) : line;
  const { rows, rejects } = decodeAll(nothing, bytes);
  expect(rows.length + rejects.length).toBe(1);
  return rejects[0]?.reason ?? "taken";
};
const parses = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe("the grammar", () => {
  const tokens = [
    ..."0 -0 1 -1 10 01 -01 00 1.0 1. .5 -.5 +1 - -- 1e5 1E+5 1e-5 1e 1e+ 1.e5 1e5.5 0x1 1_0 1n Infinity -Infinity NaN".split(
      " ",
    ),
    ..."true false null True tru truex nul nulll undefined".split(" "),
    '""',
    '"a"',
    '"',
    '"a',
    "'a'",
    '"\\"',
    '"\\\\"',
    '"\\/\\b\\f\\n\\r\\t"',
    '"\\a"',
    '"\\u"',
    '"\\u12"',
    '"\\u12G4"',
    '"\\uAbCd"',
    '"\\ud800"',
    '"\\U0041"',
    '"\t"',
    '"\u0000"',
    '"\u001f"',
    '"\u007f\u0080\u2028"',
    "[]",
    "[ ]",
    "[1]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1",
    "]",
    "[}",
    "[[],[[]]]",
    "{}",
    "{ }",
    '{"a":1}',
    '{"a":1,}',
    '{,"a":1}',
    '{"a" 1}',
    '{"a":}',
    '{"a"}',
    "{a:1}",
    "{1:1}",
    '{"a":1 "b":2}',
    '{"a":1]',
    '{"a":{"b":[{}, {"c":[]}]}}',
    "/* */ 1",
    "1 // x",
    "\u00a01",
    "\u000b1",
    "\u000c1",
    "\ufeff1",
    "1 2",
    "",
  ];
  it.each(tokens)("takes %j as JSON.parse does", (token) => {
    for (const text of [`{"k":${token}}`, `{"k":[${token}]}`, `{"k":{"j":${token}}}`, `{"k": ${token} ,"l":0}`]) {
      expect([text, verdict(text) === "taken"]).toEqual([text, parses(text)]);
    }
    if (token.trim() !== "") expect(verdict(` ${token}`) === "taken").toBe(parses(token) && token.startsWith("{"));
  });

  it.each([
    ["[]", "the line is a list, not a JSON object"],
    ['"a"', "the line is a string, not a JSON object"],
    ["12", "the line is a single value, not a JSON object"],
    ["{", "not JSON: the line ends too early, at byte 2 of the line"],
    ['{"a":tru}', "not JSON: an unexpected } at byte 9 of the line"],
    ['{"a":"\u0001"}', "not JSON: a control character (1) at byte 7 of the line"],
    ['{"a":"\\x"}', "not JSON: an escape that does not exist at byte 7 of the line"],
    ['{"a":é}', "not JSON: an unexpected character at byte 6 of the line"],
    ['{"a":1}}', "not JSON: an unexpected } at byte 8 of the line"],
  ])("says of %j: %s", (line, reason) => expect(verdict(line)).toBe(reason));

  it("skips values of any kind in a loop, not by recursion", () => {
    const nested = (depth: number) => `{"k":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    expect(verdict(nested(DEPTH_MAX))).toBe("taken");
    expect(verdict(nested(DEPTH_MAX + 2))).toBe(`more than ${DEPTH_MAX} lists and objects inside one another`);
    expect(verdict(`{"k":${'{"a":['.repeat(100_000)}`)).toContain("inside one another");
  });

  it("gives the place of a fault", () => {
    const bytes = bytesOf("[1,,2]\n");
    const fault = skipValue(bytes, 0);
    expect(~fault).toBe(3);
    expect(faultReason(bytes, 0, fault)).toBe("not JSON: an unexpected , at byte 4 of the line");
  });
});

describe("UTF-8", () => {
  const inString = (...bytes: number[]) => Uint8Array.of(0x7b, 0x22, 0x6b, 0x22, 0x3a, 0x22, ...bytes, 0x22, 0x7d);
  const inKey = (...bytes: number[]) => Uint8Array.of(0x7b, 0x22, ...bytes, 0x22, 0x3a, 0x31, 0x7d);
  const strict = new TextDecoder("utf-8", { fatal: true });
  const isUtf8 = (bytes: Uint8Array) => {
    try {
      strict.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  const edges = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0];
  const leads = [
    0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
  ];

  it("is taken and refused as TextDecoder does", () => {
    let seen = 0;
    for (const lead of leads) {
      for (const second of edges) {
        for (const rest of [[], [0x80], [0xbf, 0xbf], [0x41], [0x80, 0xc0], [0xc2, 0x80]]) {
          for (const line of [inString(lead, second, ...rest), inKey(lead, second, ...rest), inString(lead)]) {
            const valid = isUtf8(line);
            const said = verdict(line);
            expect([line, valid ? said : said.startsWith("not UTF-8 at byte")]).toEqual([line, valid ? "taken" : true]);
            seen++;
          }
        }
      }
    }
    expect(seen).toBe(leads.length * edges.length * 6 * 3);
  });
});

describe("plainEndByWords", () => {
  it("finds what plainEnd finds, at every position and for every byte", () => {
    for (let byte = 0; byte < 256; byte++) {
      for (let length = 0; length < 10; length++) {
        const bytes = new Uint8Array(16).fill(0x61);
        bytes[length] = byte;
        bytes[length + 1] = 0x22;
        const view = new DataView(bytes.buffer);
        bytes[15] = 0x0a;
        expect(plainEndByWords(view, bytes, 0)).toBe(plainEnd(bytes, 0));
        expect(plainEndByWords(view, bytes, 3)).toBe(plainEnd(bytes, 3));
      }
    }
  });
});
