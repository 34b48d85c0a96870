import { gzipSync } from "node:zlib";
import {
  Int32,
  makeBuilder,
  type Table,
  tableFromArrays,
  tableToIPC,
  TimestampMillisecond,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, it } from "vitest";
import { DataFrame, engine, message, source, t } from "../../src/index.ts";
import { readTable, replay } from "../../src/replay/index.ts";
import { duckdb, temporaryFolder } from "./files.ts";
import { linesOf, logins, resolvers, someLogins } from "./streams.ts";

const files = temporaryFolder();
const rows = someLogins(3_000);
const times = rows.map(({ at }) => new Date(at).getTime());

/** A statement that makes the rows again in DuckDB. */
const fromNdjson = (path: string): string =>
  `select user_id, failed, ip_address, "at" from read_json('${path}', format = 'newline_delimited',
    columns = {user_id: 'VARCHAR', failed: 'BOOLEAN', ip_address: 'VARCHAR', "at": 'TIMESTAMP'})`;

const arrowTable = (): Table =>
  tableFromArrays<Record<string, never>>({
    user_id: rows.map(({ user_id }) => user_id) as never,
    failed: rows.map(({ failed }) => failed) as never,
    ip_address: rows.map(({ ip_address }) => ip_address) as never,
    at: vectorFromArray(times, new TimestampMillisecond("UTC")) as never,
  });

describe("a replay gives the same from every format", () => {
  const expected = () => {
    const app = engine({ resolvers, history: "all" });
    app.push(logins, rows);
    app.finish();
    return app.emissions().toArray();
  };

  it.each<readonly [string, (name: string) => Promise<string>]>([
    ["login.ndjson", async (name) => files.write(name, linesOf(rows))],
    ["login.ndjson.gz", async (name) => files.write(name, gzipSync(linesOf(rows)))],
    ["login-no-ending", async (name) => files.write(name, linesOf(rows))],
    [
      "login-two-members.gz",
      async (name) =>
        files.write(name, Buffer.concat([rows.slice(0, 999), rows.slice(999)].map((part) => gzipSync(linesOf(part))))),
    ],
    ["login.arrow", async (name) => files.write(name, tableToIPC(arrowTable(), "file"))],
    ["login.arrows", async (name) => files.write(name, tableToIPC(arrowTable(), "stream"))],
    ["login.arrows.gz", async (name) => files.write(name, gzipSync(tableToIPC(arrowTable(), "stream")))],
    ...["uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4_raw"].map(
      (codec) => [`login-${codec}.parquet`, (name: string) => parquet(name, `codec '${codec}'`)] as const,
    ),
    ["login-small-groups.parquet", (name) => parquet(name, "row_group_size 2048")],
    ["login-second-version.parquet", (name) => parquet(name, "parquet_version v2, row_group_size 2048")],
  ])("%s", async (name, write) => {
    const path = await write(name);
    const run = await replay({ resolvers, inputs: { logins: path }, finish: true });
    expect(run.deadLetters).toEqual([]);
    expect(run.emissions.toArray()).toEqual(expected());
  });

  async function parquet(name: string, options: string): Promise<string> {
    const lines = files.write(`${name}.ndjson`, linesOf(rows));
    await duckdb(`copy (${fromNdjson(lines)}) to '${files.path(name)}' (format parquet, ${options})`);
    return files.path(name);
  }

  it("NDJSON that DuckDB has written", async () => {
    const lines = files.write("in.ndjson", linesOf(rows));
    const path = files.path("out.ndjson");
    await duckdb(`copy (${fromNdjson(lines)}) to '${path}' (format json)`);
    const run = await replay({ resolvers, inputs: { logins: path }, finish: true });
    expect(run.emissions.toArray()).toEqual(expected());
  });
});

describe("Parquet columns", () => {
  it.each([
    ["v1", ""],
    ["v2", ", parquet_version v2"],
    ["small row groups", ", row_group_size 2048"],
  ])("come with the types and nulls that they have (%s)", async (name, options) => {
    const path = files.path(`types-${name}.parquet`);
    await duckdb(`copy (
      select i::integer as small, i * 10000000000 as big, 9007199254740993 + i as beyond, i::ubigint as unsigned, i::uinteger as half,
        i / 7 as fraction, (i / 7)::float as short, i % 3 = 0 as flag, 'text ' || i as plain, 'é' || (i % 5) as word,
        case when i % 4 = 0 then null else 'x' || (i % 3) end as gaps, case when i % 4 = 0 then null else i end as holes,
        case when i % 2 = 0 then null else i / 2 end as halves, case when i % 5 = 0 then null else i % 2 = 0 end as maybe,
        null::varchar as nothing, 'the same' as one, '' as empty,
        timestamp '2026-01-01' + to_microseconds(i) as us, (timestamp '2026-01-01' + to_milliseconds(i))::timestamp_ms as ms,
        (timestamp '1969-12-31 23:59:59.999999' + to_microseconds(i))::timestamp_ns as ns, date '1970-01-01' + (i % 1000)::integer as day,
        timestamptz '2026-01-01 00:00:00+00' + to_seconds(i) as zoned
      from range(10000) r(i)) to '${path}' (format parquet${options})`);
    const { frame, skipped } = await readTable(path);
    expect(skipped).toEqual([]);
    expect(Object.fromEntries(frame.schema.fields.map((field) => [field.name, field.type.kind]))).toEqual({
      small: "int32",
      big: "int",
      beyond: "int",
      unsigned: "bigint",
      half: "int",
      fraction: "float",
      short: "float",
      flag: "bool",
      plain: "utf8",
      word: "utf8",
      gaps: "utf8",
      holes: "int",
      halves: "float",
      maybe: "bool",
      nothing: "utf8",
      one: "utf8",
      empty: "utf8",
      us: "timestamp",
      ms: "timestamp",
      ns: "timestamp",
      day: "timestamp",
      zoned: "timestamp",
    });
    const day = Date.UTC(2026, 0, 1);
    const all = frame.select(...frame.columns.filter((column) => column !== "beyond")).toRows();
    expect(all.length).toBe(10_000);
    for (const i of [0, 1, 2, 3, 4, 5, 2_047, 2_048, 4_999, 9_999]) {
      expect(all[i]).toEqual({
        small: i,
        big: i * 1e10,
        unsigned: BigInt(i),
        half: i,
        fraction: i / 7,
        short: Math.fround(i / 7),
        flag: i % 3 === 0,
        plain: `text ${i}`,
        word: `é${i % 5}`,
        gaps: i % 4 === 0 ? null : `x${i % 3}`,
        holes: i % 4 === 0 ? null : i,
        halves: i % 2 === 0 ? null : i / 2,
        maybe: i % 5 === 0 ? null : i % 2 === 0,
        nothing: null,
        one: "the same",
        empty: "",
        us: new Date(day + Math.floor(i / 1_000)),
        ms: new Date(day + i),
        ns: new Date(-1 + Math.floor((i + 999) / 1_000)),
        day: new Date((i % 1_000) * 86_400_000),
        zoned: new Date(day + i * 1_000),
      });
    }
    expect(() => frame.select("beyond").toRows()).toThrow("beyond ±(2^53 - 1)");
    const column = frame.table().batches[0]!.columns[2]!;
    expect(column.kind === "int64" && column.values[0]).toBe(9_007_199_254_740_993n);
    expect(frame.max("day")).toEqual(new Date(999 * 86_400_000));
  });

  it("that no column can hold are named", async () => {
    const path = files.path("skipped.parquet");
    await duckdb(`copy (select 1 as n, [1, 2] as list, {'a': 1} as object, 1.5::decimal(4, 1) as price, time '12:00' as clock,
      'x'::blob as bytes) to '${path}' (format parquet)`);
    const { frame, skipped } = await readTable(path);
    expect(frame.toRows()).toEqual([{ n: 1 }]);
    expect(skipped.map(({ name }) => name)).toEqual(["list", "object", "price", "clock", "bytes"]);
    const asked = await readTable(path, { columns: { bytes: t.utf8() } });
    expect(asked.frame.toRows()).toEqual([{ bytes: "x" }]);
  });

  it("of many distinct texts are plain, of few a dictionary", async () => {
    const path = files.path("texts.parquet");
    await duckdb(
      `copy (select 'id-' || i as id, 'kind-' || (i % 7) as kind from range(200000) r(i)) to '${path}' (format parquet)`,
    );
    const { frame } = await readTable(path);
    const kinds = new Set(frame.table().batches.map(({ columns }) => columns.map(({ kind }) => kind).join(" ")));
    expect(kinds).toEqual(new Set(["utf8 dictionary"]));
    expect(frame.row(199_999)).toEqual({ id: "id-199999", kind: `kind-${199_999 % 7}` });
    expect(frame.groupBy("kind").agg({ n: frame.col("id").count() }).numRows).toBe(7);
  });
});

describe("Arrow columns", () => {
  it("are fitted to the message: a row that does not fit is named", async () => {
    const counts = source("counts", message("Count", { n: t.int32(), at: t.timestamp() }), { timestamp: "at" });
    const table = DataFrame.fromRows(
      [1, 2.5, 3].map((n) => ({ n, at: new Date(n) })),
      { n: t.float(), at: t.timestamp() },
    );
    const path = files.write("counts.arrow", table.toIPC("file"));
    const { stream, features, windowed } = await import("../../src/index.ts");
    const Sum = features("total", { n: t.int32(), sum: windowed(t.int(), ["1h"]) });
    const sums = stream({ name: "sums", source: counts, output: [Sum.n, Sum.sum], keys: { n: Sum.n } }, (events) =>
      Sum({ sum: events.col("n").sum() }),
    );
    const run = await replay({ resolvers: [sums], inputs: { counts: path }, finish: true });
    expect(run.ledger["counts"]).toMatchObject({ pushed: 3, applied: 2, invalid: 1 });
    expect(run.deadLetters[0]?.position).toMatchObject({ file: path, line: 2 });
  });

  it("in batches of any size are read whole", async () => {
    const builder = makeBuilder({ type: new Int32(), nullValues: [null] });
    for (let i = 0; i < 200_000; i++) builder.append(i % 10 === 0 ? null : i);
    const path = files.write(
      "large.arrows",
      tableToIPC(tableFromArrays({ n: builder.finish().toVector() as never }), "stream"),
    );
    const { frame } = await readTable(path);
    expect(frame.numRows).toBe(200_000);
    expect(frame.sum("n")).toBe(
      Array.from({ length: 200_000 }, (_, i) => (i % 10 === 0 ? 0 : i)).reduce((a, b) => a + b),
    );
  });
});

describe("readTable of NDJSON", () => {
  it("infers the types of the first lines", async () => {
    const path = files.write(
      "table.ndjson",
      '{"n":1,"x":1.5,"at":"2026-01-01T00:00:00Z","tags":[1]}\n{"n":2,"x":2,"at":"2026-01-02T00:00:00Z","name":"b"}\n',
    );
    const { frame, skipped } = await readTable(path);
    expect(frame.toRows()).toEqual([
      { n: 1, x: 1.5, at: new Date("2026-01-01T00:00:00Z"), name: null },
      { n: 2, x: 2, at: new Date("2026-01-02T00:00:00Z"), name: "b" },
    ]);
    expect(skipped).toEqual([{ name: "tags", reason: "it holds a list or an object" }]);
  });

  it("infers the types from all lines, however late they come", async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => ({
      n: i === 25_000 ? 0.5 : i,
      none: i === 29_999 ? "text" : null,
      ...(i < 20_480 ? { m: 1 } : { late: true }),
    }));
    const path = files.write("later.ndjson", linesOf(lines));
    const { frame, skipped } = await readTable(path);
    expect([frame.numRows, skipped]).toEqual([30_000, []]);
    expect(frame.toRows()[25_000]).toEqual({ n: 0.5, none: null, m: null, late: true });
    expect(frame.toRows()[29_999]).toMatchObject({ n: 29_999, none: "text" });
    const given = await readTable(path, { columns: { n: t.float(), m: t.int().nullable() } });
    expect(given.frame.sum("m")).toBe(20_480);
    await expect(readTable(path, { columns: { n: t.int() } })).rejects.toMatchObject({
      code: "recording.invalid",
      summary: expect.stringContaining(`${path}:25001: field "n" is 0.5`),
      hint: "correct the line or remove it",
    });
  });

  it("reads whole numbers exactly, or not at all", async () => {
    const exact = files.write(
      "exact.ndjson",
      '{"n":9007199254740993}\n{"n":9223372036854775807}\n{"n":-9223372036854775808}\n',
    );
    expect((await readTable(exact)).frame.toRows()).toEqual([
      { n: 9007199254740993n },
      { n: 9223372036854775807n },
      { n: -9223372036854775808n },
    ]);
    const mixed = files.write("mixed.ndjson", '{"n":0.5}\n\n{"n":9007199254740993}\n');
    await expect(readTable(mixed)).rejects.toMatchObject({
      code: "recording.invalid",
      summary: `${mixed}:3: field "n" is 9007199254740993, which a column with fractions would round`,
    });
  });

  it("takes an empty file as no rows, and a line that is no JSON as an error", async () => {
    const { frame } = await readTable(files.write("none.ndjson", ""));
    expect(frame.numRows).toBe(0);
    await expect(readTable(files.write("bad.ndjson", '{"a":1}\n{"a":\n'))).rejects.toMatchObject({
      code: "recording.invalid",
      summary: expect.stringContaining("bad.ndjson:2: "),
    });
  });
});
