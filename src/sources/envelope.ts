/** A message with what the transport knows of it. */
export interface Envelope<Value = unknown> {
  readonly value: Value;
  /** Fills the source's key field where the message lacks it. */
  readonly key?: string | Uint8Array | null;
  /** The message's time where the source has no timestamp field. */
  readonly timestamp?: Date | string | null;
  readonly headers?: Readonly<Record<string, string | Uint8Array>>;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number | bigint;
}
