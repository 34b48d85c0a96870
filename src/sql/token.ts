import type { Span } from "../errors.ts";

export type Token = WordToken | QuotedToken | NumberToken | StringToken | SymbolToken | HoleToken | EndToken;

/** A keyword or a bare name: only the place where it stands tells which. */
export interface WordToken {
  readonly kind: "word";
  /** As written. */
  readonly text: string;
  /** In lower case. */
  readonly word: string;
  readonly span: Span;
}

/** A name in double quotes. */
export interface QuotedToken {
  readonly kind: "quoted";
  readonly name: string;
  readonly span: Span;
}

export interface NumberToken {
  readonly kind: "number";
  /** Without `_`. */
  readonly text: string;
  readonly integer: boolean;
  readonly span: Span;
}

export interface StringToken {
  readonly kind: "string";
  readonly value: string;
  readonly span: Span;
}

export interface SymbolToken {
  readonly kind: "symbol";
  readonly symbol: string;
  readonly span: Span;
}

/** The place of the hole with this index, from 0. */
export interface HoleToken {
  readonly kind: "hole";
  readonly index: number;
  readonly span: Span;
}

/** Behind the last token; its span is empty. */
export interface EndToken {
  readonly kind: "end";
  readonly span: Span;
}

/**
 * Operators and punctuation; the lexer takes the longest that fits. Those the parser has no rule for are here so that
 * they are named whole in its errors.
 */
export const symbols: readonly string[] = [
  ..."( ) [ ] { } , . ; : + - * / % ^ < > = & | ~ ? # $ @ !".split(" "),
  ...":: := => =< -> || << >> <= >= <> != == // ** ~~ !~ ~* @> <@ && ^@ $$".split(" "),
  ..."->> !~~ ~~* !~* !~~*".split(" "),
];
