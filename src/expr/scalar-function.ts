import type { Column } from "../column/column.ts";
import type { DataType } from "../types/data-type.ts";

/** What a function makes of argument types: the types it wants (arguments are cast to them) and its result. */
export interface ScalarSignature {
  readonly args: readonly DataType[];
  readonly type: DataType;
}

export interface ScalarFunction {
  readonly name: string;
  /** One sentence for the reference. */
  readonly doc: string;
  /**
   * When the result can be null: `propagate`, if an argument is; `never`; `always`, whatever the arguments;
   * `all`, only if every argument is.
   */
  readonly nulls: "propagate" | "never" | "always" | "all";
  /** The signature for these argument types, or undefined where it takes none such. */
  resolve(args: readonly DataType[]): ScalarSignature | undefined;
  /** Columns of the signature's types, of `length` rows or constants, to a column of `length` rows. */
  evaluate(args: readonly Column[], length: number, signature: ScalarSignature): Column;
}
