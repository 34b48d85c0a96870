import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { TidemarkError } from "../../src/index.ts";
import { readTable, replay } from "../../src/replay/index.ts";
import { duckdb, temporaryFolder } from "./files.ts";
import { linesOf, resolvers, someLogins } from "./streams.ts";

const files = temporaryFolder();
const text = linesOf(someLogins(20_000));
const noise = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 7_919 + (i >> 3)) & 0xff);
let parquet: Uint8Array = new Uint8Array(0);
let arrow: Uint8Array = new Uint8Array(0);

beforeAll(async () => {
  for (const [name, options] of [
    ["plain", "codec 'uncompressed'"],
    ["zstd", "codec 'zstd', parquet_version v2"],
  ] as const) {
    await duckdb(`copy (select i as n, 'u' || (i % 9) as user_id, i % 2 = 0 as failed, 'x' || i as ip_address,
      timestamp '2026-01-01' + to_seconds(i) as at, case when i % 3 = 0 then null else i / 3 end as share
      from range(3000) r(i)) to '${files.path(`${name}.parquet`)}' (format parquet, row_group_size 2048, ${options})`);
  }
  parquet = readFileSync(files.path("plain.parquet"));
  arrow = tableToIPC(
    tableFromArrays({
      n: Int32Array.from({ length: 500 }, (_, i) => i),
      text: Array.from({ length: 500 }, (_, i) => `t${i}`),
    }),
    "file",
  );
  mkdirSync(files.path("folder"));
});

const replayed = (path: string) => replay({ resolvers, inputs: { logins: path } });

describe("a recording that cannot be read", () => {
  it.each<readonly [string, () => string, string, string]>([
    ["is not there", () => files.path("nowhere.ndjson"), "recording.missing", "there is no such file"],
    ["is a folder", () => files.path("folder"), "recording.missing", "is a directory"],
    ["is a device", () => "/dev/null", "recording.missing", "is no regular file"],
    [
      "is gzip cut off",
      () => files.write("cut.gz", gzipSync(text).subarray(0, 9_000)),
      "recording.invalid",
      "the gzip data ends too early",
    ],
    [
      "is gzip cut off in its head",
      () => files.write("head.gz", gzipSync(text).subarray(0, 5)),
      "recording.invalid",
      "the gzip data ends too early",
    ],
    [
      "is gzip with bytes behind",
      () => files.write("behind.gz", Buffer.concat([gzipSync(text), noise])),
      "recording.invalid",
      "the gzip data is damaged (bytes follow its end)",
    ],
    [
      "is gzip with few bytes behind",
      () => files.write("few.gz", Buffer.concat([gzipSync(text), Buffer.from("x")])),
      "recording.invalid",
      "the gzip data ends too early",
    ],
    [
      "is gzip with an altered byte",
      () => files.write("altered.gz", altered(gzipSync(text), 20_000)),
      "recording.invalid",
      "the gzip data",
    ],
    [
      "is gzip and nothing else",
      () => files.write("magic.gz", Uint8Array.of(0x1f, 0x8b)),
      "recording.invalid",
      "the gzip data",
    ],
    [
      "is a packed Parquet file",
      () => files.write("packed.parquet.gz", gzipSync(parquet)),
      "recording.format",
      "is a packed Parquet file",
    ],
    [
      "is a Parquet file cut off",
      () => files.write("cut.parquet", parquet.subarray(0, 9_000)),
      "recording.invalid",
      "the Parquet file has no end",
    ],
    [
      "is a Parquet file without a middle",
      () => files.write("hole.parquet", Buffer.concat([parquet.subarray(0, 4), parquet.subarray(-2_000)])),
      "recording.invalid",
      "the Parquet file is damaged",
    ],
    [
      "is the magic of Parquet alone",
      () => files.write("tiny.parquet", "PAR1"),
      "recording.invalid",
      "the Parquet file has no end",
    ],
    [
      "is empty and called Parquet",
      () => files.write("empty.parquet", ""),
      "recording.invalid",
      "does not begin as one",
    ],
    ["is text and called Arrow", () => files.write("text.arrow", text), "recording.invalid", "does not begin as one"],
    [
      "is an Arrow file cut off",
      () => files.write("cut.arrow", arrow.subarray(0, 900)),
      "recording.invalid",
      "the Arrow file has no end",
    ],
    [
      "is an Arrow stream cut off",
      () => files.write("cut.arrows", tableToIPC(tableFromArrays({ n: [1, 2] }), "stream").subarray(0, -20)),
      "recording.invalid",
      "the Arrow",
    ],
    ["is noise", () => files.write("noise.ndjson", noise), "recording.format", "the bytes are no text"],
    [
      "is text without an ending that says more",
      () => files.write("events.csv", "a,b\n1,2\n"),
      "recording.format",
      "does not begin with a JSON object",
    ],
    ["is one JSON list", () => files.write("list.json", "[\n{}]"), "recording.format", "it is one JSON list"],
    [
      "is called NDJSON and is not",
      () => files.write("log.ndjson", "a line of a log\n".repeat(1_500)),
      "recording.format",
      "none of the first 1000 lines",
    ],
  ])("because it %s says so", async (_, write, code, summary) => {
    const path = write();
    const error = await replayed(path).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(TidemarkError);
    expect(error).toMatchObject({ code, summary: expect.stringContaining(summary), hint: expect.any(String) });
    expect((error as TidemarkError).summary).toContain(path);
  });

  it("because columns are missing or of another type says which", async () => {
    await duckdb(`copy (select 'u' as user_id) to '${files.path("few.parquet")}' (format parquet)`);
    await expect(replayed(files.path("few.parquet"))).rejects.toMatchObject({
      code: "schema.unknown-column",
      summary: expect.stringContaining('few.parquet: no column "failed"'),
    });
    await duckdb(
      `copy (select 'u' as user_id, 'no' as failed, '' as ip_address, now() as at) to '${files.path("other.parquet")}' (format parquet)`,
    );
    await expect(replayed(files.path("other.parquet"))).rejects.toMatchObject({ code: "type.mismatch" });
  });

  it("stops a replay before anything of the other ones is read", async () => {
    let reports = 0;
    const good = files.write("good.ndjson", text);
    await expect(
      replay({ resolvers, inputs: { logins: [good, files.path("nowhere.ndjson")] }, onProgress: () => void reports++ }),
    ).rejects.toMatchObject({ code: "recording.missing" });
    expect(reports).toBe(0);
  });
});

describe("damaged bytes", () => {
  it("of a Parquet file end in an error or in rows, never in a crash", async () => {
    for (const name of ["plain.parquet", "zstd.parquet"]) {
      const whole = readFileSync(files.path(name));
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
          async (changes) => {
            const bytes = Uint8Array.from(whole);
            for (const [at, value] of changes) bytes[at] = value;
            writeFileSync(files.path("damaged.parquet"), bytes);
            const error = await readTable(files.path("damaged.parquet")).then(
              ({ frame }) => void frame.numRows,
              (thrown: unknown) => thrown,
            );
            expect(error === undefined || error instanceof TidemarkError).toBe(true);
          },
        ),
        { numRuns: 150 },
      );
    }
  });

  it("of an Arrow file end in an error or in rows, never in a crash", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(arrow.length - 1), fc.nat(255), async (at, value) => {
        const bytes = Uint8Array.from(arrow);
        bytes[at] = value;
        const error = await readTable(files.write("damaged.arrow", bytes)).then(
          ({ frame }) => void frame.numRows,
          (thrown: unknown) => thrown,
        );
        expect(error === undefined || error instanceof TidemarkError).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("of a gzip file end in an error, or in the messages", async () => {
    const whole = gzipSync(linesOf(someLogins(300)));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        const error = await replayed(files.write("cut-anywhere.gz", whole.subarray(0, length))).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(length === whole.length ? error === undefined : error instanceof TidemarkError).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

function altered(bytes: Uint8Array, at: number): Uint8Array {
  const out = Uint8Array.from(bytes);
  out[at] = (out[at] ?? 0) ^ 0xff;
  return out;
}
