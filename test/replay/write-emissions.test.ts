import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { engine, features, message, source, stream, t, windowed } from "../../src/index.ts";
import { readTable, replay, writeEmissions } from "../../src/replay/index.ts";
import { temporaryFolder } from "./files.ts";
import { failedLogins, linesOf, resolvers, someLogins } from "./streams.ts";

const files = temporaryFolder();

const Thing = features("thing", {
  id: t.bigint(),
  big: t.bigint(),
  share: t.float(),
  seen: t.timestamp(),
  label: t.utf8().nullable(),
});
const things = source("things", message("Thing", { id: t.bigint(), share: t.float(), at: t.timestamp() }), {
  timestamp: "at",
});

const emitted = () => {
  const big = stream({ name: "big", source: things, output: [Thing.id, Thing.big] }, (thing) =>
    Thing({ id: thing.id, big: thing.id }),
  );
  const rest = stream({ name: "rest", source: things, output: [Thing.id, Thing.share, Thing.label] }, (thing) =>
    Thing({ id: thing.id, share: thing.share, label: null }),
  );
  const app = engine({ resolvers: [big, rest] });
  app.push(things, [
    { id: 9_007_199_254_740_993n, share: 0.1, at: "2026-01-01T00:00:00.000001Z" },
    { id: -1n, share: Number.NaN, at: "2026-01-01T00:00:01Z" },
  ]);
  return app.emissions();
};

describe("emissions as NDJSON", () => {
  it("have a line each, with exact integers and microseconds", async () => {
    const path = files.path("out.ndjson");
    await writeEmissions(emitted(), path);
    const lines = readFileSync(path, "utf8").split("\n");
    expect(lines).toEqual([
      '{"resolver":"big","feature":"thing.big","entity":9007199254740993,"window":null,"value":9007199254740993,"revision":0,"observedAt":"2026-01-01T00:00:00.000001Z","retracted":false,"seq":0}',
      '{"resolver":"rest","feature":"thing.share","entity":9007199254740993,"window":null,"value":0.1,"revision":0,"observedAt":"2026-01-01T00:00:00.000001Z","retracted":false,"seq":1}',
      '{"resolver":"rest","feature":"thing.label","entity":9007199254740993,"window":null,"value":null,"revision":0,"observedAt":"2026-01-01T00:00:00.000001Z","retracted":false,"seq":2}',
      '{"resolver":"big","feature":"thing.big","entity":-1,"window":null,"value":-1,"revision":0,"observedAt":"2026-01-01T00:00:01.000Z","retracted":false,"seq":3}',
      '{"resolver":"rest","feature":"thing.share","entity":-1,"window":null,"value":"NaN","revision":0,"observedAt":"2026-01-01T00:00:01.000Z","retracted":false,"seq":4}',
      '{"resolver":"rest","feature":"thing.label","entity":-1,"window":null,"value":null,"revision":0,"observedAt":"2026-01-01T00:00:01.000Z","retracted":false,"seq":5}',
      "",
    ]);
  });

  it("say the same as the emissions themselves, corrections included", async () => {
    const rows = someLogins(2_000);
    const late = { ...rows[900]!, failed: true };
    const path = files.write("late.ndjson", linesOf([...rows.slice(0, 1_100), late, ...rows.slice(1_100)]));
    const run = await replay({ resolvers, inputs: { logins: path }, finish: true });
    const out = files.path("late-out.ndjson");
    await writeEmissions(run.emissions, out);
    const written = readFileSync(out, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(written).toEqual(JSON.parse(JSON.stringify(run.emissions.toArray())));
    expect(written.some(({ revision }) => revision === 1)).toBe(true);
    expect(written.map(({ seq }) => seq)).toEqual(written.map((_, i) => i));
  });
});

describe("emissions as an Arrow file", () => {
  it("are a table that apache-arrow reads", async () => {
    const path = files.write("logins.ndjson", linesOf(someLogins(2_000)));
    const run = await replay({ resolvers: [failedLogins], inputs: { logins: path }, finish: true });
    const out = files.path("out.arrow");
    await writeEmissions(run.emissions, out);
    const table = tableFromIPC(readFileSync(out));
    const list = run.emissions.toArray();
    expect(table.numRows).toBe(list.length);
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "seq Int64",
      "resolver Dictionary<Int32, Utf8>",
      "feature Dictionary<Int32, Utf8>",
      "entity Utf8",
      "window_start Timestamp<MICROSECOND, UTC>",
      "window_end Timestamp<MICROSECOND, UTC>",
      "value Int64",
      "revision Int32",
      "observed_at Timestamp<MICROSECOND, UTC>",
      "retracted Bool",
    ]);
    const { frame } = await readTable(out);
    expect(frame.toRows()).toEqual(
      list.map(({ seq, resolver, feature, entity, window, value, revision, observedAt, retracted }) => ({
        seq,
        resolver,
        feature,
        entity,
        window_start: window?.start ?? null,
        window_end: window?.end ?? null,
        value,
        revision,
        observed_at: observedAt,
        retracted,
      })),
    );
  });

  it("hold text where no number holds all values, and floats where one does", async () => {
    const mixed = files.path("mixed.arrow");
    await writeEmissions(emitted(), mixed);
    expect((await readTable(mixed)).frame.toRows().map((row) => row["value"])).toEqual([
      "9007199254740993",
      "0.1",
      null,
      "-1",
      "NaN",
      null,
    ]);
    const Mean = features("mean", {
      id: t.utf8(),
      mean: windowed(t.float(), ["1h"]),
      count: windowed(t.int(), ["1h"]),
    });
    const { logins } = await import("./streams.ts");
    const means = stream({ name: "means", source: logins, output: [Mean.id, Mean.mean, Mean.count] }, (events) =>
      Mean({ id: events.col("user_id").max(), mean: events.col("failed").mean(), count: events.col("failed").sum() }),
    );
    const run = await replay({
      resolvers: [means],
      inputs: { logins: files.write("means.ndjson", linesOf(someLogins(50))) },
      finish: true,
    });
    const out = files.path("means.arrow");
    await writeEmissions(run.emissions, out);
    const { frame } = await readTable(out);
    expect(frame.schema.fields.find(({ name }) => name === "value")?.type.kind).toBe("float");
    expect(frame.toRows().map((row) => row["value"])).toEqual(run.emissions.toArray().map(({ value }) => value));
  });

  it("can be none, and can be of a window without bounds", async () => {
    const path = files.path("none.arrow");
    const app = engine({ resolvers });
    await writeEmissions(app.emissions(), path);
    expect((await readTable(path)).frame.numRows).toBe(0);
    const Total = features("total", { id: t.bigint(), sum: windowed(t.float(), ["all"]) });
    const totals = stream(
      { name: "totals", source: things, output: [Total.id, Total.sum], keys: { id: Total.id } },
      (events) => Total({ sum: events.col("share").sum() }),
    );
    const all = engine({ resolvers: [totals] });
    all.push(things, [{ id: 1n, share: 2, at: "2026-01-01T00:00:00Z" }]);
    all.finish();
    await writeEmissions(all.emissions(), path);
    const [row] = (await readTable(path)).frame.toRows();
    expect(row).toMatchObject({
      entity: 1n,
      value: 2,
      window_start: new Date(-8.64e15),
      window_end: new Date(8.64e15),
    });
  });
});

describe("a file of emissions", () => {
  it("has one of two endings, and a folder to be in", async () => {
    await expect(writeEmissions(emitted(), files.path("out.csv"))).rejects.toMatchObject({ code: "recording.format" });
    await expect(writeEmissions(emitted(), files.path("no/where.ndjson"))).rejects.toMatchObject({
      code: "recording.missing",
    });
  });

  it("leaves nothing else behind", async () => {
    await writeEmissions(emitted(), files.path("clean.ndjson"));
    expect(readdirSync(dirname(files.path("x"))).filter((name) => name.includes(".part"))).toEqual([]);
  });
});
