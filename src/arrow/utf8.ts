const CONTINUATION_MIN = 0x80;
const CONTINUATION_MAX = 0xbf;

/** Whether bytes are well-formed UTF-8, as The Unicode Standard 15.0, table 3-7, has it. */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let i = start;
  while (i < end) {
    const lead = bytes[i]!;
    if (lead < CONTINUATION_MIN) {
      i++;
      continue;
    }
    const more =
      lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
    if (more === 0 || i + more >= end) return false;
    const second = bytes[i + 1]!;
    // The leads that would else begin an overlong form, a surrogate or a code point beyond U+10FFFF.
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : CONTINUATION_MIN;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : CONTINUATION_MAX;
    if (second < low || second > high) return false;
    for (let j = 2; j <= more; j++) if ((bytes[i + j]! & 0xc0) !== CONTINUATION_MIN) return false;
    i += more + 1;
  }
  return true;
}
