import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameOf } from "../../src/frame/data-frame.ts";
import { DataFrame, t } from "../../src/index.ts";
import { createRowLog } from "../../src/window/row-log.ts";

describe("a row log", () => {
  it("gives back any rows, however they were appended", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.option(fc.constantFrom("a", "b", "long text")), { maxLength: 9 }), { maxLength: 40 }),
        fc.infiniteStream(fc.boolean()),
        (parts, picks) => {
          const columns = { text: t.utf8().nullable(), n: t.int() };
          const all: (string | null)[] = [];
          const { schema } = DataFrame.fromRows([], columns).table();
          const log = createRowLog(schema);
          for (const part of parts) {
            const rows = part.map((text, i) => ({ text, n: all.length + i }));
            for (const batch of DataFrame.fromRows(rows, columns).table().batches) log.append(batch);
            all.push(...part);
          }
          expect(log.length()).toBe(all.length);
          const wanted = all.map((_, i) => i).filter(() => picks.next().value === true);
          const table = { schema, batches: [log.rows(Int32Array.from(wanted))] };
          expect(frameOf(table).toRows()).toEqual(wanted.map((n) => ({ text: all[n], n })));
        },
      ),
      { numRuns: 40 },
    );
  });
});
