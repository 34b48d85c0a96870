import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { engine, features, message, source, sql, stream, t, windowed } from "../../src/index.ts";
import { type Progress, replay } from "../../src/replay/index.ts";
import { temporaryFolder } from "./files.ts";
import { failedLogins, favoriteColor, linesOf, logins, resolvers, someLogins, updates, User } from "./streams.ts";

const files = temporaryFolder();

describe("a replay of one recording", () => {
  it("gives what pushes give", async () => {
    const rows = someLogins(2_000);
    const path = files.write("plain.ndjson", linesOf(rows));
    const run = await replay({ resolvers, inputs: { logins: path }, finish: true });

    const app = engine({ resolvers, history: "all" });
    app.push(logins, rows);
    app.finish();
    expect(run.emissions.toArray()).toEqual(app.emissions().toArray());
    expect(run.ledger).toEqual(app.ledger());
    expect(run.rows).toBe(rows.length);
    expect(run.outside).toBe(0);
    expect(run.seconds).toBeGreaterThan(0);
  });

  it("closes nothing at the end of the input unless asked", async () => {
    const path = files.write("open.ndjson", linesOf(someLogins(10)));
    const run = await replay({ resolvers, inputs: { logins: path } });
    expect(run.emissions.length).toBe(0);
    expect(run.engine.pending()).not.toEqual([]);
    const finished = await replay({ resolvers, inputs: { logins: path }, finish: true });
    expect(finished.emissions.length).toBeGreaterThan(0);
    expect(finished.engine.pending()).toEqual([]);
  });

  it("reads several files of a source one after the other", async () => {
    const rows = someLogins(900);
    const whole = files.write("whole.ndjson", linesOf(rows));
    const parts = [0, 1, 2].map((i) =>
      files.write(`part-${i}.ndjson.gz`, gzipSync(linesOf(rows.slice(i * 300, (i + 1) * 300)))),
    );
    const one = await replay({ resolvers, inputs: { logins: whole }, finish: true });
    const three = await replay({ resolvers, inputs: { logins: parts }, finish: true });
    expect(three.emissions.toArray()).toEqual(one.emissions.toArray());
    expect(three.ledger).toEqual(one.ledger);
  });

  it("takes payload lines to a source that parses", async () => {
    const Address = features("address", { ip: t.utf8(), attempts: windowed(t.int(), ["1h"]) });
    const sshd = source("sshd", message("Attempt", { ip: t.utf8(), at: t.timestamp() }), {
      parse: (line: string) => {
        const [at, ip] = line.split(" ");
        if (at === "#") return null;
        return { at: at ?? "", ip: ip ?? "" };
      },
      timestamp: "at",
      key: "ip",
    });
    const attempts = stream(
      { name: "attempts", source: sshd, output: [Address.ip, Address.attempts] },
      (events) => sql`
      select ip, count(*) as attempts from ${events} group by 1`,
    );
    const path = files.write(
      "sshd.log",
      "# begins\n2026-01-01T00:00:00Z 10.0.0.1\nrubbish 10.0.0.2\n\n2026-01-01T00:00:01Z 10.0.0.1",
    );
    const run = await replay({ resolvers: [attempts], inputs: { sshd: path }, finish: true });
    expect(run.emissions.toArray().map(({ entity, value }) => [entity, value])).toEqual([["10.0.0.1", 2]]);
    expect(run.ledger["sshd"]).toMatchObject({ pushed: 4, applied: 2, skipped: 1, invalid: 1 });
    expect(run.deadLetters.map(({ position }) => position)).toMatchObject([{ file: path, line: 3 }]);
  });

  it("refuses an empty recording", async () => {
    for (const content of ["", gzipSync("")]) {
      const path = files.write("empty.ndjson", content);
      await expect(replay({ resolvers, inputs: { logins: path } })).rejects.toMatchObject({
        code: "recording.invalid",
        summary: `${path} is empty`,
      });
    }
  });

  it("takes a recording of blank lines as one without messages", async () => {
    for (const content of ["\n\n", " \n", gzipSync("\n")]) {
      const run = await replay({ resolvers, inputs: { logins: files.write("empty.ndjson", content) }, finish: true });
      expect(run.rows).toBe(0);
      expect(run.emissions.length).toBe(0);
      expect(run.ledger["logins"]?.pushed).toBe(0);
    }
  });
});

describe("broken and late messages", () => {
  const rows = someLogins(1_000);
  const lines = rows.map((row) => JSON.stringify(row));
  lines[99] = '{"user_id":"u1"';
  lines[199] = JSON.stringify({ ...rows[199], failed: "yes" });
  lines[299] = JSON.stringify({ ...rows[299], at: rows[0]?.at }); // 35 minutes behind: late
  lines[399] = "[]";
  lines[499] = JSON.stringify({ ...rows[499], user_id: null });

  it("are each named with file and line, and the ledger adds up", async () => {
    const path = files.write("broken.ndjson", lines.join("\r\n"));
    const run = await replay({ resolvers, inputs: { logins: path }, finish: true });
    expect(run.ledger["logins"]).toMatchObject({
      pushed: 1_000,
      applied: 995,
      "parse-failed": 2,
      invalid: 2,
      late: 1,
    });
    const named = run.deadLetters.map(({ position, disposition }) => [position.file, position.line, disposition]);
    expect(named.toSorted((a, b) => Number(a[1]) - Number(b[1]))).toEqual([
      [path, 100, "parse-failed"],
      [path, 200, "invalid"],
      [path, 300, "late"],
      [path, 400, "parse-failed"],
      [path, 500, "invalid"],
    ]);
    expect(run.rows).toBe(1_000);
  });

  it("stop a strict replay at the first one", async () => {
    const path = files.write("strict.ndjson", lines.slice(150).join("\n"));
    await expect(replay({ resolvers, inputs: { logins: path }, strict: true })).rejects.toMatchObject({
      code: "recording.invalid",
      summary: expect.stringContaining(`${path}:50: invalid: field "failed" is "yes"`),
    });
    const whole = files.write("whole-strict.ndjson", linesOf(rows));
    const run = await replay({ resolvers, inputs: { logins: whole }, strict: true });
    expect(run.ledger["logins"]?.applied).toBe(1_000);
  });
});

describe("from and until", () => {
  it("leave out what is outside, and count it", async () => {
    const rows = someLogins(500);
    const path = files.write("range.ndjson", linesOf(rows));
    const [from, until] = [rows[100]?.at ?? "", new Date(rows[300]?.at ?? "")];
    const run = await replay({ resolvers, inputs: { logins: path }, from, until, finish: true });
    expect(run.rows).toBe(500);
    expect(run.outside).toBe(300);
    expect(run.ledger["logins"]).toMatchObject({ pushed: 200, applied: 200 });
    const app = engine({ resolvers, history: "all" });
    app.push(logins, rows.slice(100, 300));
    app.finish();
    expect(run.emissions.toArray()).toEqual(app.emissions().toArray());
  });

  it("must have something between them", async () => {
    const path = files.write("range2.ndjson", linesOf(someLogins(1)));
    await expect(
      replay({ resolvers, inputs: { logins: path }, from: "2026-01-02", until: "2026-01-02" }),
    ).rejects.toMatchObject({ code: "replay.invalid" });
    await expect(replay({ resolvers, inputs: { logins: path }, from: "yesterday" })).rejects.toMatchObject({
      code: "time.invalid",
    });
  });
});

describe("progress", () => {
  it("is monotone and ends when all is read", async () => {
    const path = files.write("progress.ndjson", linesOf(someLogins(60_000)));
    const seen: Progress[] = [];
    const run = await replay({
      resolvers,
      inputs: { logins: path },
      onProgress: (progress) => void seen.push(progress),
    });
    expect(seen.length).toBeGreaterThan(0);
    for (let i = 1; i < seen.length; i++) {
      const [before, after] = [seen[i - 1]!, seen[i]!];
      expect(after.bytesRead).toBeGreaterThanOrEqual(before.bytesRead);
      expect(after.rows).toBeGreaterThanOrEqual(before.rows);
      expect(after.bytesTotal).toBe(before.bytesTotal);
      expect(before.done).toBe(false);
      expect(after.bytesRead).toBeLessThanOrEqual(after.bytesTotal);
    }
    const last = seen.at(-1)!;
    expect(last).toMatchObject({ done: true, rows: 60_000, bytesRead: last.bytesTotal, secondsLeft: 0 });
    expect(last.eventTime).toEqual(run.engine.now);
  });
});

describe("several sources", () => {
  /** Positions in time, in order with ties, for each of two sources. */
  const positions = fc.array(fc.nat(40), { maxLength: 60 }).map((all) => all.toSorted((a, b) => a - b));
  const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();

  it("come in order of time: as one push after another sorted by time", async () => {
    const both = [favoriteColor, failedLogins];
    await fc.assert(
      fc.asyncProperty(positions, positions, async (a, b) => {
        const colors = a.map((minute, i) => ({ user_id: `u${i % 3}`, favorite_color: `c${i}`, at: at(minute) }));
        const tries = b.map((minute, i) => ({
          user_id: `u${i % 4}`,
          failed: i % 2 === 0,
          ip_address: "i",
          at: at(minute),
        }));
        const run = await replay({
          resolvers: both,
          inputs: {
            user_updates: files.write("colors.ndjson", `${linesOf(colors)}\n`),
            logins: files.write("tries.ndjson", `${linesOf(tries)}\n`),
          },
          finish: true,
        });
        const app = engine({ resolvers: both, history: "all" });
        const all = [
          ...colors.map((row) => ({ at: row.at, push: () => app.push(updates, [row]) })),
          ...tries.map((row) => ({ at: row.at, push: () => app.push(logins, [row]) })),
        ];
        for (const { push } of all.toSorted((x, y) => x.at.localeCompare(y.at))) push();
        app.finish();
        expect(run.emissions.toArray()).toEqual(app.emissions().toArray());
        expect(run.ledger).toEqual(app.ledger());
      }),
      { numRuns: 40 },
    );
  });

  it("may be left without a recording, but not all of them", async () => {
    const path = files.write("alone.ndjson", linesOf(someLogins(5)));
    const run = await replay({ resolvers, inputs: { logins: path } });
    expect(run.ledger["user_updates"]?.pushed).toBe(0);
    await expect(replay({ resolvers, inputs: {} })).rejects.toMatchObject({ code: "replay.invalid" });
  });

  it("are matched by name", async () => {
    const path = files.write("named.ndjson", linesOf(someLogins(5)));
    await expect(replay({ resolvers, inputs: { login: path } })).rejects.toMatchObject({
      code: "replay.invalid",
      hint: 'did you mean "logins"?',
    });
    await expect(replay({ resolvers, inputs: { logins: [path, path] } })).rejects.toMatchObject({
      code: "replay.invalid",
      summary: expect.stringContaining("named twice"),
    });
  });
});

describe("the frame and asOf of a run", () => {
  const rows = someLogins(3_000);
  const colors = Array.from({ length: 30 }, (_, i) => ({
    user_id: `u${i % 13}`,
    favorite_color: `c${i}`,
    at: rows[i * 100]?.at ?? "",
  }));
  const replayed = (finish: boolean) =>
    replay({
      resolvers,
      inputs: {
        user_updates: files.write("frame-colors.ndjson", linesOf(colors)),
        logins: files.write("frame-logins.ndjson", linesOf(rows)),
      },
      finish,
    });
  const wanted = [
    User.favoriteColor,
    User.numFailedLogins["10m"],
    User.numFailedLogins["1h"],
    User.distinctIps["1h"],
  ] as const;

  it("frame has the last value of each feature, the same as a query", async () => {
    const run = await replayed(true);
    const frame = run.frame(User);
    expect(frame.columns).toEqual(["id", ...wanted.map(({ fqn }) => fqn)]);
    const table = frame.toRows();
    expect(table.map(({ id }) => id)).toEqual([...new Set(rows.map(({ user_id }) => user_id))].sort());
    for (const row of table) {
      const [color, , , ips] = run.engine.query(User, String(row["id"]), wanted);
      expect(row["user.favorite_color"]).toBe(color);
      expect(row["user.distinct_ips__3600__"]).toBe(ips);
      const last = run.emissions
        .toArray()
        .filter(({ entity, feature }) => entity === row["id"] && feature === "user.num_failed_logins__600__")
        .sort((a, b) => (a.window?.end.getTime() ?? 0) - (b.window?.end.getTime() ?? 0))
        .at(-1);
      expect(row["user.num_failed_logins__600__"]).toBe(last?.value);
    }
  });

  it("frame has the default where nothing was emitted", async () => {
    const path = files.write("few.ndjson", linesOf(rows.slice(0, 3)));
    const run = await replay({ resolvers, inputs: { logins: path } });
    expect(run.frame(User).toRows()[0]).toMatchObject({
      "user.favorite_color": null,
      "user.num_failed_logins__600__": 0,
      "user.distinct_ips__3600__": 1,
    });
  });

  it("asOf answers as a query does at each time, and keeps the spine", async () => {
    const run = await replayed(false);
    const spine = rows.filter((_, i) => i % 97 === 0).map(({ user_id, at }) => ({ entity: user_id, at }));
    const frame = run.asOf(User, spine);
    expect(frame.columns).toEqual(["id", "at", ...wanted.map(({ fqn }) => fqn)]);
    frame.toRows().forEach((row, i) => {
      const { entity, at } = spine[i]!;
      expect(row["at"]).toEqual(new Date(at));
      expect(wanted.map(({ fqn }) => row[fqn])).toEqual(run.engine.query(User, entity, wanted, { at }));
    });
    const again = run.asOf(User, frame.select("at", "id") as never, [User.distinctIps]);
    expect(again.columns).toEqual(["at", "id", "user.distinct_ips__3600__"]);
    expect(again.toRows().map((row) => row["user.distinct_ips__3600__"])).toEqual(
      frame.toRows().map((row) => row["user.distinct_ips__3600__"]),
    );
  });

  it("asOf says what a spine lacks", async () => {
    const run = await replayed(false);
    const frame = run.frame(User);
    expect(() => run.asOf(User, frame as never)).toThrow('the spine has no column "at"');
    expect(() => run.asOf(User, [{ entity: "u1" } as never])).toThrow("row 1 of the spine lacks entity or at");
    expect(() => run.asOf({} as never, [])).toThrow("this is no feature set");
  });
});

describe("known answers", () => {
  const shared = fileURLToPath(new URL("../../../shared/data/streams/", import.meta.url));
  const isAbsent = !existsSync(shared);

  describe.skipIf(isAbsent)(`of the car stream${isAbsent ? " (skipped: ../shared/data is absent)" : ""}`, () => {
    it("are the counts of each hour and kind of event", async () => {
      const Kind = features("kind", { eventType: t.utf8(), events: windowed(t.int(), ["1h"]) });
      const cars = source(
        "cars",
        message("CarEvent", { timestamp: t.timestamp(), driver_id: t.int(), event_type: t.utf8() }),
        { timestamp: "timestamp" },
      );
      const counts = stream(
        { name: "counts", source: cars, output: [Kind.eventType, Kind.events] },
        (events) => sql`
        select event_type, count(*) as events from ${events} group by 1`,
      );
      const run = await replay({ resolvers: [counts], inputs: { cars: `${shared}cars.ndjson` }, finish: true });
      expect(run.ledger["cars"]).toMatchObject({ pushed: 7_932, applied: 7_932 });
      const last = new Map<string, unknown>();
      for (const { entity, window, value } of run.emissions) {
        last.set(`${window?.start.toISOString().slice(0, 13)} ${entity}`, value);
      }
      const answers = readFileSync(`${shared}cars_tumble_1h_count_by_event_type.ndjson`, "utf8").trim().split("\n");
      const wanted = answers.map((line) => JSON.parse(line));
      expect(wanted.length).toBeGreaterThan(10);
      expect(Object.fromEntries(last)).toEqual(
        Object.fromEntries(wanted.map((row) => [`${row.hour.slice(0, 13)} ${row.event_type}`, row.count])),
      );
    });
  });
});
