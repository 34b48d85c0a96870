import { TidemarkError } from "../../errors.ts";
import { keywords } from "../keywords.ts";
import type { TypeName } from "../syntax.ts";
import {
  acceptSymbol,
  acceptWords,
  advance,
  type Cursor,
  expectClose,
  expectSymbol,
  identifier,
  peek,
  spanFrom,
  symbolAt,
  wordAt,
} from "./cursor.ts";
import { nameMistake, unexpected, unsupported } from "./mistakes.ts";

/** Type names whose parameters are types. */
const nestedTypes: ReadonlySet<string> = new Set(["struct", "map", "union", "enum", "row"]);

const PARAMETER_DIGITS_MAX = 9; // more is no width of any type

/** `name [more words] [(n, ...)] [with time zone] []...`. Which names are types is for the binder to say. */
export function parseType(cursor: Cursor): TypeName {
  const start = peek(cursor).span.start;
  const first = typeWord(cursor);
  if (symbolAt(cursor) === ".") throw unsupported(cursor, "a type name with a schema", spanFrom(cursor, start));
  if (nestedTypes.has(first) && symbolAt(cursor) === "(") {
    throw unsupported(cursor, `the type ${first}(...)`, spanFrom(cursor, start));
  }
  let name = first;
  if (first === "double" && acceptWords(cursor, "precision")) name = "double precision";
  if ((first === "char" || first === "character") && acceptWords(cursor, "varying")) name = `${first} varying`;
  const parameters = symbolAt(cursor) === "(" ? typeParameters(cursor) : [];
  if (first === "timestamp" || first === "time") name += zone(cursor);
  let lists = 0;
  while (symbolAt(cursor) === "[") {
    const open = expectSymbol(cursor, "[");
    if (peek(cursor).kind === "number") {
      throw unsupported(cursor, "an array of fixed length", peek(cursor).span, "a list has [] without a number");
    }
    expectClose(cursor, open);
    lists += 1;
  }
  return { kind: "type", name, parameters, lists, span: spanFrom(cursor, start) };
}

function typeWord(cursor: Cursor): string {
  const token = peek(cursor);
  const keywordClass = token.kind === "word" ? keywords.get(token.word) : undefined;
  if ((token.kind !== "word" && token.kind !== "quoted") || keywordClass === "reserved") {
    throw nameMistake(cursor, "the name of a type");
  }
  return identifier(advance(cursor)).name.toLowerCase();
}

function typeParameters(cursor: Cursor): number[] {
  const open = expectSymbol(cursor, "(");
  const parameters: number[] = [];
  do {
    const token = peek(cursor);
    if (token.kind !== "number" || !token.integer) throw unexpected(cursor, "a whole number");
    if (token.text.length > PARAMETER_DIGITS_MAX) {
      const { span } = token;
      throw new TidemarkError("sql.syntax", "the number is too large for a type", { span, text: cursor.text });
    }
    parameters.push(Number(token.text));
    cursor.position += 1;
  } while (acceptSymbol(cursor, ","));
  expectClose(cursor, open);
  return parameters;
}

function zone(cursor: Cursor): string {
  const word = wordAt(cursor);
  if ((word !== "with" && word !== "without") || !acceptWords(cursor, word, "time", "zone")) return "";
  return word === "with" ? " with time zone" : ""; // "without" is what the bare name means
}
