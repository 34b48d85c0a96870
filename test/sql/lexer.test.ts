import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Span, TidemarkError } from "../../src/errors.ts";
import { lex } from "../../src/sql/lexer.ts";
import type { Token } from "../../src/sql/token.ts";

/** One token a word: `w:` word, `q:` quoted name, `n:` number, `s:` string, `h:` hole, symbols as they are. */
function show(token: Token): string {
  switch (token.kind) {
    case "word":
      return `w:${token.text}`;
    case "quoted":
      return `q:${token.name}`;
    case "number":
      return `n:${token.text}`;
    case "string":
      return `s:${token.value}`;
    case "symbol":
      return token.symbol;
    case "hole":
      return `h:${token.index}`;
    case "end":
      return "end";
  }
}

function shown(text: string, holes: readonly Span[] = []): string {
  const tokens = lex(text, holes);
  return tokens.slice(0, -1).map(show).join(" ");
}

/** Holes are written as `¤` in the tests' texts. */
function holesOf(text: string): Span[] {
  return [...text.matchAll(/¤/g)].map(({ index }) => ({ start: index, end: index + 1 }));
}

function errorOf(run: () => unknown): TidemarkError {
  try {
    run();
  } catch (error) {
    if (error instanceof TidemarkError) return error;
    throw error;
  }
  throw new Error("no error was thrown");
}

describe("tokens", () => {
  test.each([
    ["", ""],
    ["select a1, _b from T", "w:select w:a1 , w:_b w:from w:T"],
    ["größe 面积 a$b é", "w:größe w:面积 w:a$b w:é"],
    ["\u00a0a\ufeff\u3000b\t\r\n\f\vc", "w:a w:b w:c"],
    ['"Two Words" "say ""hi""" "select"', 'q:Two Words q:say "hi" q:select'],
    ["1 12 1_000 00012 123456789012345678901234567890", "n:1 n:12 n:1000 n:00012 n:123456789012345678901234567890"],
    ["1.5 .5 5. 1_0.2_5 1e5 1E-5 1.5e+3 .5e1", "n:1.5 n:.5 n:5. n:10.25 n:1e5 n:1E-5 n:1.5e+3 n:.5e1"],
    ["a.b 1.5.5", "w:a . w:b n:1.5 n:.5"],
    ["'' 'it''s' '''' 'a\nb' 'x--y /*'", "s: s:it's s:' s:a\nb s:x--y /*"],
    ["e'a\\nb' E'\\t\\\\\\'' e'it''s' e'\\x41\\u00e9\\U0001F600\\101\\q'", "s:a\nb s:\t\\' s:it's s:Aé😀Aq"],
    ["a-- b ' \" /*\nc--", "w:a w:c"],
    ["a/* b ' -- \n */c/**/d/***/e", "w:a w:c w:d w:e"],
    ["a::int[]<=b", "w:a :: w:int [ ] <= w:b"],
    [
      "= == <> != < <= > >= << >> || // ** ->> -> => := ~~* !~~",
      "= == <> != < <= > >= << >> || // ** ->> -> => := ~~* !~~",
    ],
    ["a=-1 a<-1 a*-1 a||-1 (-1)", "w:a = - n:1 w:a < - n:1 w:a * - n:1 w:a || - n:1 ( - n:1 )"],
    ["({[?$1#@!]})", "( { [ ? $ n:1 # @ ! ] } )"],
    ["constructor __proto__ toString", "w:constructor w:__proto__ w:toString"],
  ])("%j", (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test("a number knows whether it is whole", () => {
    const whole = ["12", "1_000", "5.", "1e5", ".5"].map((text) => {
      const [token] = lex(text);
      return token?.kind === "number" ? token.integer : undefined;
    });
    expect(whole).toEqual([true, true, false, false, false]);
  });

  test("spans hold what was written", () => {
    const text = "select  'it''s' ,\"a\"\"b\" /* x */ 1_0.5";
    const pieces = lex(text).map(({ span }) => text.slice(span.start, span.end));
    expect(pieces).toEqual(["select", "'it''s'", ",", '"a""b"', "1_0.5", ""]);
  });
});

describe("holes", () => {
  test.each([
    ["¤", "h:0"],
    ["a¤b¤", "w:a h:0 w:b h:1"],
    ["¤¤", "h:0 h:1"],
    ["1¤2", "n:1 h:0 n:2"],
    ["1.¤5", "n:1. h:0 n:5"],
    ["-¤-", "- h:0 -"],
    ["<¤=", "< h:0 ="],
    ["'a'¤'b'", "s:a h:0 s:b"],
    ["e¤'a'", "w:e h:0 s:a"],
    ["/¤* a */", "/ h:0 * w:a * /"],
    ["a -- c\n¤", "w:a h:0"],
    ['"a"¤', "q:a h:0"],
  ])("%j", (text, expected) => {
    expect(shown(text, holesOf(text))).toBe(expected);
  });

  test("what a hole covers is never read", () => {
    for (const content of ["", "?", "'", '"', "--", "/*", "*/", "\n", "1e5", "x' or '1'='1", "\\", "\u0000", "abc"]) {
      const text = `a${content}b`;
      expect(shown(text, [{ start: 1, end: 1 + content.length }])).toBe("w:a h:0 w:b");
    }
  });

  test("text that looks like a hole is none", () => {
    expect(shown("$1 :0 h0")).toBe("$ n:1 : n:0 w:h0");
    expect(errorOf(() => lex("¤¤\\", [{ start: 0, end: 1 }])).code).toBe("sql.syntax");
  });

  test.each([
    ["'a¤b'", 2],
    ["'¤'", 1],
    ["'a''¤'", 4],
    ["'¤", 1],
    ["e'\\¤'", 3],
    ["e'a¤'", 3],
    ['"a¤"', 2],
    ["-- ¤", 3],
    ["-- ¤\n", 3],
    ["/* ¤ */", 3],
    ["/*¤*/", 2],
    ["/* *¤/", 4],
    ["a ¤ 'x' '¤'", 9],
  ])("inside quotes or a comment: %j", (text, at) => {
    const error = errorOf(() => lex(text, holesOf(text)));
    expect([error.code, error.span, error.text]).toEqual(["sql.parameter", { start: at, end: at + 1 }, text]);
    expect(error.hint).toMatch(/outside the quotes|out of the comment/);
  });

  test.each([
    [[{ start: 2, end: 1 }]],
    [[{ start: 0, end: 99 }]],
    [
      [
        { start: 1, end: 2 },
        { start: 0, end: 1 },
      ],
    ],
    [[{ start: Number.NaN, end: 1 }]],
  ])("holes that cannot be: %j", (holes) => {
    expect(errorOf(() => lex("abc", holes)).code).toBe("sql.parameter");
  });
});

test.each([
  ["'abc", 0, 4, /string is not closed/],
  ["a 'b''", 2, 6, /string is not closed/],
  ["e'abc\\'", 0, 7, /string is not closed/],
  ['a "b', 2, 4, /quoted name is not closed/],
  ['""', 0, 2, /empty/],
  ["a /* b", 2, 6, /comment is not closed/],
  ["/*/", 0, 3, /comment is not closed/],
  ["1a", 0, 2, /runs into letters/],
  ["0xFF", 0, 4, /runs into letters/],
  ["1__0", 0, 4, /runs into letters/],
  ["1e", 0, 2, /runs into letters/],
  ["a \\ b", 2, 3, /unexpected character/],
  ["`a`", 0, 1, /double quotes/],
  ["‘a’", 0, 1, /straight quotes/],
  ["a\u0000", 1, 2, /unexpected character/],
  ["e'\\u12'", 2, 6, /escape/],
  ["e'\\xff'", 2, 6, /escape/],
  ["e'\\x'", 2, 4, /escape/],
  ["e'\\U00110000'", 2, 12, /escape/],
])("error: %j", (text, start, end, message) => {
  const error = errorOf(() => lex(text));
  expect([error.code, error.span, error.text]).toEqual(["sql.syntax", { start, end }, text]);
  expect(error.message).toMatch(message);
});

describe("any text", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(...Array.from("'\"-/*\\e \n1._a$|<>=~!¤😀")) }),
  );

  test("gives tokens that cover it in order, or a TidemarkError", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const holes = holesOf(text);
        let tokens: Token[];
        try {
          tokens = lex(text, holes);
        } catch (error) {
          expect(error).toBeInstanceOf(TidemarkError);
          return;
        }
        let before = 0;
        for (const { span } of tokens) {
          expect(span.start).toBeGreaterThanOrEqual(before);
          before = span.end;
        }
        const found = tokens.filter((token) => token.kind === "hole").map((token) => token.span);
        expect(found).toEqual(holes);
        expect(tokens.at(-1)?.kind).toBe("end");
      }),
      { numRuns: 1000 },
    );
  });

  test("a string literal gives its value back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const [token] = lex(`'${value.replaceAll("'", "''")}'`);
        expect(token).toMatchObject({ kind: "string", value });
      }),
    );
  });
});
