const SPACE = 0x20;
const TAB = 0x09; // the first of the ASCII spaces from tab to carriage return
const RETURN = 0x0d;

/** Text without the ASCII white space around it; other spaces stay, so that they fail (as in DuckDB). */
export function trimAscii(text: string): string {
  const isSpace = (code: number): boolean => code === SPACE || (code >= TAB && code <= RETURN);
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

const DECIMAL = /^([+-]?)(?:(\d+(?:_\d+)*)(?:\.(\d+(?:_\d+)*)?)?|\.(\d+(?:_\d+)*))(?:e([+-]?\d+(?:_\d+)*))?$/i;
const HEXADECIMAL_OR_BINARY = /^0(?:x[\da-f]+(?:_[\da-f]+)*|b[01]+(?:_[01]+)*)$/i;
const INT64_DIGITS = 19; // decimal digits of 2^63
const INT64_HEXADECIMAL_DIGITS = 16;
const INT64_BITS = 64;

/**
 * The whole number that a text stands for, rounded half away from zero (as DuckDB rounds text, other than floats), or
 * null. Exact, whatever its fraction or exponent; `1_000`, `0x1F` and `0b11` are read. A number beyond 64 bits gives null
 * or a value beyond them. Takes time in proportion to the text.
 */
export function parseInteger(text: string): bigint | null {
  const match = DECIMAL.exec(text);
  if (match === null) return HEXADECIMAL_OR_BINARY.test(text) ? prefixed(text.replaceAll("_", "")) : null;
  const [, sign, whole = "", fraction = "", bareFraction = "", exponent = "0"] = match.map((part) =>
    part?.replaceAll("_", ""),
  );
  const all = whole + fraction + bareFraction;
  const digits = all.replace(/^0+/, "");
  const point = whole.length - (all.length - digits.length) + Number(exponent);
  if (digits === "" || point < 0) return 0n;
  if (point > INT64_DIGITS) return null;
  const magnitude = BigInt(digits.slice(0, point).padEnd(point, "0") || "0");
  const rounded = (digits[point] ?? "0") >= "5" ? magnitude + 1n : magnitude;
  return sign === "-" ? -rounded : rounded;
}

function prefixed(text: string): bigint | null {
  const digits = text.slice(2).replace(/^0+/, "");
  const isBinary = text[1] === "b" || text[1] === "B";
  if (digits.length > (isBinary ? INT64_BITS : INT64_HEXADECIMAL_DIGITS)) return null;
  return BigInt(`0${isBinary ? "b" : "x"}${digits || "0"}`);
}

/** The double nearest to the number that a text stands for, `inf`, `infinity` and `nan` included; null for other text. */
export function parseFloat64(text: string): number | null {
  if (DECIMAL.test(text)) return Number(text.replaceAll("_", ""));
  switch (text.toLowerCase().replace(/^[+-]/, "")) {
    case "nan":
      return Number.NaN;
    case "inf":
    case "infinity":
      return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    default:
      return null;
  }
}
