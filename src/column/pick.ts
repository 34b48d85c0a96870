/** `values[rows[0]], values[rows[1]], ...` as a new array. */
export function pickInt32(values: Int32Array, rows: Int32Array): Int32Array {
  const out = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]!]!;
  return out;
}

/** `values[rows[0]], values[rows[1]], ...` as a new array. */
export function pickFloat64(values: Float64Array, rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]!]!;
  return out;
}

/** `start, start + 1, ..., end - 1`. */
export function range(start: number, end: number): Int32Array {
  const out = new Int32Array(end - start);
  for (let i = 0; i < out.length; i++) out[i] = start + i;
  return out;
}

/** The rows below `length` for which `keep` says so, in order. */
export function rowsThat(length: number, keep: (row: number) => boolean): Int32Array {
  const out = new Int32Array(length);
  let n = 0;
  for (let row = 0; row < length; row++) if (keep(row)) out[n++] = row;
  return out.subarray(0, n);
}
