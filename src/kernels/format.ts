const FIXED_MIN_EXPONENT = -4; // below this DuckDB writes an exponent
const FIXED_MAX_EXPONENT = 16; // and from this on

/**
 * A double as DuckDB prints it: the shortest digits that read back equal, with `.0` for whole numbers, an exponent of
 * at least two digits outside 1e-4 to 1e16, and `inf`, `-inf`, `nan`.
 *
 * @example formatDouble(1e20); // "1e+20"
 */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < FIXED_MIN_EXPONENT || exponent >= FIXED_MAX_EXPONENT) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  const sign = mantissa.startsWith("-") ? "-" : "";
  const digits = mantissa.replace("-", "").replace(".", "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}
