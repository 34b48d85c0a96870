declare module "hyperloglog" {
  interface Counter {
    add(hash: readonly number[] | null): Counter;
    count(): number;
    relative_error(): number;
    output(): { n: number; buckets: Uint8Array };
    merge(other: { n: number; buckets: Uint8Array }): void;
  }

  /** A counter of 2^bits registers. */
  function hyperloglog(bits: number): Counter;
  namespace hyperloglog {
    /** MurmurHash3_x86_128 of the text's UTF-8 bytes, as four unsigned words. */
    function hash(text: string): number[];
  }
  export = hyperloglog;
}
