"use strict";

// MurmurHash3_x86_128 by Austin Appleby (public domain): https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
// A string is hashed as its UTF-8 bytes and the result is the four 32-bit words h1 to h4, as murmurhash3 0.2 gives them.

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;
const BLOCK_BYTES = 16;

const rotate = (word, bits) => (word << bits) | (word >>> (32 - bits));
const mix = (word, before, bits, after) => Math.imul(rotate(Math.imul(word, before), bits), after);

function avalanche(word) {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

exports.murmur128Sync = function murmur128Sync(key, seed = 0) {
  const bytes = Buffer.from(key, "utf8");
  const padded = Buffer.alloc(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES);
  bytes.copy(padded);
  const wholeEnd = bytes.length - (bytes.length % BLOCK_BYTES);
  let h1 = seed;
  let h2 = seed;
  let h3 = seed;
  let h4 = seed;
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) {
    h1 ^= mix(padded.readInt32LE(at), C1, 15, C2);
    if (at < wholeEnd) h1 = (Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
    h2 ^= mix(padded.readInt32LE(at + 4), C2, 16, C3);
    if (at < wholeEnd) h2 = (Math.imul(rotate(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
    h3 ^= mix(padded.readInt32LE(at + 8), C3, 17, C4);
    if (at < wholeEnd) h3 = (Math.imul(rotate(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
    h4 ^= mix(padded.readInt32LE(at + 12), C4, 18, C1);
    if (at < wholeEnd) h4 = (Math.imul(rotate(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
  }
  h1 ^= bytes.length;
  h2 ^= bytes.length;
  h3 ^= bytes.length;
  h4 ^= bytes.length;
  [h1, h2, h3, h4] = spread(h1, h2, h3, h4);
  return spread(avalanche(h1), avalanche(h2), avalanche(h3), avalanche(h4)).map((word) => word >>> 0);
};

function spread(h1, h2, h3, h4) {
  const sum = (h1 + h2 + h3 + h4) | 0;
  return [sum, (h2 + sum) | 0, (h3 + sum) | 0, (h4 + sum) | 0];
}
