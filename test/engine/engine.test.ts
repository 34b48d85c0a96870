import { describe, expect, it } from "vitest";
import {
  DataFrame,
  engine,
  type Engine,
  features,
  message,
  source,
  sql,
  stream,
  t,
  TidemarkError,
  windowed,
} from "../../src/index.ts";

const User = features("user", {
  id: t.utf8(),
  color: t.utf8(),
  nickname: t.utf8().nullable(),
  failed: windowed(t.int(), ["10m", "1h"], { default: 0 }),
  total: windowed(t.int(), ["10m"]),
  seen: windowed(t.int(), ["10m"]),
});
const Account = features("account", { id: t.bigint(), n: windowed(t.int(), ["10m"]) });
const logins = source(
  "logins",
  message("Login", { user_id: t.utf8(), failed: t.bool(), amount: t.int(), at: t.timestamp() }),
  { timestamp: "at", key: "user_id", lateArrivalDeadline: "30m" },
);
const updates = source("updates", message("Update", { user_id: t.utf8().nullable(), color: t.utf8() }));
const failed = stream({ name: "failed", source: logins, output: [User.id, User.failed] }, (e) =>
  User({ id: e.col("user_id").max(), failed: e.col("failed").sum() }),
);
const color = stream({ name: "color", source: updates, output: [User.id, User.color] }, (m) => {
  if (m.color === "none") throw new Error("that is no color");
  return User({ id: m.user_id as string, color: m.color });
});

const at = (minute: number): Date => new Date(minute * 60_000);
const row = (user_id: string, minute: number, amount = 1) => ({ user_id, failed: true, amount, at: at(minute) });
const values = (app: Engine): string[] =>
  [...app.emissions()].map(({ feature, entity, value, revision }) => `${feature} ${entity} ${value} ${revision}`);
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof TidemarkError) return error.code;
    throw error;
  }
  return "nothing thrown";
};

describe("an engine", () => {
  it("refuses what it cannot run", () => {
    expect(codeOf(() => engine({ resolvers: [] }))).toBe("engine.invalid");
    expect(codeOf(() => engine({ resolvers: [{} as never] }))).toBe("engine.invalid");
    expect(codeOf(() => engine({ resolvers: [failed, failed] }))).toBe("engine.invalid");
    const again = stream(
      { name: "again", source: logins, output: [User.id, User.failed] },
      (e) => sql`select user_id as id, count(*) as failed from ${e} group by 1`,
    );
    expect(codeOf(() => engine({ resolvers: [failed, again] }))).toBe("engine.duplicate-feature");
    const twin = source("logins", logins.message, { timestamp: "at" });
    const other = stream(
      { name: "other", source: twin, output: [User.id, User.total] },
      (e) => sql`select user_id as id, count(*) as total from ${e} group by 1`,
    );
    expect(codeOf(() => engine({ resolvers: [failed, other] }))).toBe("engine.invalid");
  });

  it("refuses sources, times and features that it does not know", () => {
    const app = engine({ resolvers: [failed] });
    expect(codeOf(() => app.push(updates, { user_id: "u", color: "teal" }))).toBe("engine.unknown-source");
    expect(codeOf(() => app.push(undefined as never, []))).toBe("engine.unknown-source");
    expect(codeOf(() => app.advanceTo("tomorrow"))).toBe("time.invalid");
    expect(codeOf(() => app.advanceTo(5 as never))).toBe("time.invalid");
    expect(codeOf(() => app.query(User, "u1", [User.color]))).toBe("query.unknown-feature");
    expect(codeOf(() => app.query(User, "u1", [Account.n["10m"] as never]))).toBe("query.unknown-feature");
    expect(codeOf(() => app.query({} as never, "u1", []))).toBe("feature.invalid");
    expect(codeOf(() => app.query(User, 5, [User.failed]))).toBe("type.invalid");
    expect(codeOf(() => app.query(User, null as never, [User.failed]))).toBe("type.invalid");
    expect(codeOf(() => app.ledger("nobody"))).toBe("engine.invalid");
  });

  it("takes nothing more once it is finished", () => {
    const app = engine({ resolvers: [failed] });
    app.push(logins, row("u1", 1));
    app.finish();
    app.finish();
    expect(values(app)).toEqual(["user.failed__600__ u1 1 0", "user.failed__3600__ u1 1 0"]);
    expect(codeOf(() => app.push(logins, row("u1", 1)))).toBe("engine.finished");
    expect(codeOf(() => app.advanceTo(at(90)))).toBe("engine.finished");
    expect(app.query(User, "u1", [User.failed], { at: at(60) })).toEqual([{ "10m": 0, "1h": 1 }]);
    expect(app.pending()).toEqual([]);
  });

  it("has a clock: the latest event or advance of any source", () => {
    const app = engine({ resolvers: [failed, color], startAt: "1969-12-31T00:00:00Z" });
    expect(app.now).toEqual(new Date("1969-12-31T00:00:00Z"));
    app.push(updates, { user_id: "u1", color: "teal" });
    expect(app.emissions().toArray()[0]?.observedAt).toEqual(app.now);
    app.push(logins, [row("u1", 5), row("u1", 3)]);
    expect(app.now).toEqual(at(5));
    app.push(updates, { user_id: "u1", color: "red" });
    expect(app.emissions().toArray()[0]?.observedAt).toEqual(at(5));
    app.advanceTo(at(7), updates);
    expect(app.now).toEqual(at(7));
    expect(app.stats().sources["logins"]?.watermark).toEqual(at(5));
    expect(app.query(User, "u1", [User.color], { at: at(4) })).toEqual(["teal"]);
  });

  it("answers in the order asked, for one entity or many", () => {
    const app = engine({ resolvers: [failed, color] });
    app.push(updates, { user_id: "u1", color: "teal" });
    app.push(logins, [row("u1", 1), row("u1", 2), row("u2", 3)]);
    app.advanceTo(at(40));
    const asked = { at: at(10) };
    expect(app.query(User, "u1", [User.failed, User.color, User.failed["10m"], User.id], asked)).toEqual([
      { "10m": 2, "1h": 0 },
      "teal",
      2,
      "u1",
    ]);
    expect(app.queryMany(User, ["u2", "nobody", "u1"], [User.color, User.failed], asked).toRows()).toEqual([
      { id: "u2", "user.color": null, "user.failed__600__": 1, "user.failed__3600__": 0 },
      { id: "nobody", "user.color": null, "user.failed__600__": 0, "user.failed__3600__": 0 },
      { id: "u1", "user.color": "teal", "user.failed__600__": 2, "user.failed__3600__": 0 },
    ]);
    expect(new Set(app.entities(User))).toEqual(new Set(["u1", "u2"]));
  });

  it("says what each window waits for", () => {
    const app = engine({ resolvers: [failed] });
    app.push(logins, row("u1", 1));
    expect(app.pending()[0]).toEqual({
      resolver: "failed",
      source: "logins",
      key: "u1",
      window: { start: at(0), end: at(10), label: "10m" },
      closesAt: at(10),
      watermark: at(1),
      waitsFor: expect.stringContaining('advanceTo("1970-01-01T00:10:00.000Z")') as string,
    });
    expect(app.stats().resolvers["failed"]?.pendingWindows).toBe(2);
  });
});

describe("dispositions", () => {
  it("say why a message was not taken, and dead letters show it", () => {
    const app = engine({ resolvers: [color] });
    app.push(updates, [
      { user_id: "u1", color: "teal" },
      { user_id: null, color: "teal" },
      { user_id: "u1", color: "none" },
      { user_id: "u1" },
      { user_id: "u1", color: 7 },
      "teal",
      null,
    ] as never);
    expect(app.ledger()["updates"]).toEqual({
      pushed: 7,
      applied: 1,
      skipped: 0,
      "parse-failed": 0,
      invalid: 4,
      "no-timestamp": 0,
      "null-key": 1,
      late: 0,
      duplicate: 0,
      failed: 1,
    });
    const letters = app.deadLetters().sort((a, b) => a.position.line - b.position.line);
    expect(
      letters.map(({ disposition, reason, position }) => [position.line, disposition, reason.split(" (")[0]]),
    ).toEqual([
      [2, "null-key", "the key is null"],
      [3, "failed", "that is no color"],
      [4, "invalid", 'field "color" is missing'],
      [5, "invalid", expect.stringContaining('field "color"')],
      [6, "invalid", '"teal" is no message'],
      [7, "invalid", "null is no message"],
    ]);
    expect(JSON.parse(new TextDecoder().decode(letters[1]?.raw))).toEqual({ user_id: "u1", color: "none" });
    expect(app.deadLetters()).toEqual([]);
  });

  it("of a source are failed before applied before the reason of the first resolver", () => {
    const picky = stream(
      { name: "picky", source: logins, output: [User.id, User.nickname], parse: (m) => (m.amount > 1 ? m : null) },
      (m) => {
        if (m.amount === 3) throw new Error("three");
        return User({ id: m.user_id, nickname: null });
      },
    );
    const none = stream(
      {
        name: "none",
        source: logins,
        output: [User.id, User.color],
        parse: (): never => {
          throw new Error("never");
        },
      },
      () => User({ id: "u", color: "c" }),
    );
    const app = engine({ resolvers: [picky, none] });
    app.push(logins, [row("u1", 1, 1), row("u1", 1, 2), row("u1", 1, 3)]);
    expect(app.ledger()["logins"]).toMatchObject({ pushed: 3, skipped: 1, applied: 1, failed: 1 });
    expect(app.ledger(picky)["logins"]).toMatchObject({ pushed: 3, skipped: 1, applied: 1, failed: 1 });
    expect(app.ledger("none")["logins"]).toMatchObject({ pushed: 3, "parse-failed": 3 });
  });

  it("of a message on which an expression fails is failed, and the batch is unharmed", () => {
    const doubled = stream(
      { name: "doubled", source: logins, output: [User.id, User.total] },
      (e) => sql`select user_id as id, sum(amount * 4) as total from ${e} group by 1`,
    );
    const seen = stream(
      { name: "seen", source: logins, mode: "continuous", keys: { user_id: User.id }, output: [User.id, User.seen] },
      (e) => sql`select max(cast(amount as integer)) as seen from ${e}`,
    );
    const app = engine({ resolvers: [doubled, seen] });
    const big = Number.MAX_SAFE_INTEGER;
    app.push(logins, [row("u1", 1, 2), row("u1", 2, big), row("u1", 3, 3), row("u2", 3, big)]);
    app.advanceTo(at(10));
    expect(app.ledger("seen")["logins"]).toMatchObject({ applied: 2, failed: 2 });
    expect(app.query(User, "u1", [User.seen["10m"]], { at: at(4) })).toEqual([3]);
    // The sums fit 64 bits but no number: a failure of each key, never a rounded value.
    expect(values(app)).toEqual([]);
    expect(app.failures().map(({ key, error }) => [key, (error as TidemarkError).code])).toEqual([
      ["u1", "type.overflow"],
      ["u2", "type.overflow"],
    ]);
  });

  it("of messages without a time are no-timestamp for windows and applied for mappings", () => {
    const timeless = source("timeless", message("M", { id: t.utf8(), n: t.int() }), { key: "id" });
    const mapped = stream({ name: "mapped", source: timeless, output: [User.id, User.color] }, (m) =>
      User({ id: m.id, color: String(m.n) }),
    );
    const counted = stream({ name: "counted", source: timeless, output: [User.id, User.total] }, (e) =>
      User({ id: e.col("id"), total: e.col("n").sum() }),
    );
    const app = engine({ resolvers: [counted, mapped], startAt: at(3) });
    app.push(timeless, { id: "a", n: 1 });
    app.pushEnvelopes(timeless, [
      { value: { id: "a", n: 2 }, timestamp: at(5) },
      { value: { n: 4 }, key: "b", timestamp: "1970-01-01T00:06:00Z" },
      { value: { id: "c", n: 8 }, key: "b", timestamp: at(6) },
      { value: { id: "d", n: 8 }, timestamp: "soon" },
    ]);
    expect(app.ledger("counted")["timeless"]).toMatchObject({ pushed: 5, applied: 3, "no-timestamp": 1, invalid: 1 });
    expect(app.ledger()["timeless"]).toMatchObject({ pushed: 5, applied: 4, invalid: 1 });
    expect(app.query(User, "a", [User.color], { at: at(4) })).toEqual(["1"]);
    app.finish();
    expect(values(app).slice(-3)).toEqual([
      "user.total__600__ a 2 0",
      "user.total__600__ b 4 0",
      "user.total__600__ c 8 0",
    ]);
  });
});

describe("what can be pushed", () => {
  const rows = [row("u1", 1), row("u1", 2), row("u2", 3)];
  const expected = (): string[] => {
    const app = engine({ resolvers: [failed] });
    app.push(logins, rows);
    app.advanceTo(at(60));
    return values(app);
  };

  it("objects, tables and bytes are the same", () => {
    const frame = DataFrame.fromRows(rows, { user_id: t.utf8(), failed: t.bool(), amount: t.int(), at: t.timestamp() });
    const lines = new TextEncoder().encode(rows.map((each) => `${JSON.stringify(each)}\n`).join("\n"));
    const ways: ((app: Engine) => void)[] = [
      (app) => app.push(logins, frame),
      (app) => app.push(logins, frame.toArrow() as never),
      (app) => app.pushBytes(logins, lines),
      (app) => rows.forEach((each) => app.push(logins, each)),
    ];
    for (const way of ways) {
      const app = engine({ resolvers: [failed] });
      way(app);
      app.advanceTo(at(60));
      expect(values(app)).toEqual(expected());
      expect(app.ledger()["logins"]).toMatchObject({ pushed: 3, applied: 3 });
    }
  });

  it("an object may be changed by its owner once it has been pushed", () => {
    const app = engine({ resolvers: [failed] });
    const mine = { ...row("u1", 1) };
    for (const minute of [1, 2, 3]) {
      mine.at = at(minute);
      mine.failed = minute !== 2;
      app.push(logins, mine);
    }
    app.advanceTo(at(60));
    expect(values(app)[0]).toBe("user.failed__600__ u1 2 0");
  });

  it("payloads are parsed", () => {
    const lines = source("lines", logins.message, {
      timestamp: "at",
      key: "user_id",
      parse: (line) => {
        if (line.startsWith("#")) return null;
        const [user_id = "", minute = ""] = line.split(" ");
        if (minute === "") throw new Error("no minute");
        return row(user_id, Number(minute));
      },
    });
    const parsed = stream({ name: "parsed", source: lines, output: [User.id, User.failed] }, (e) =>
      User({ id: e.col("user_id").max(), failed: e.col("failed").sum() }),
    );
    const app = engine({ resolvers: [parsed] });
    app.push(lines, ["u1 1", "# nothing", "u1", "u1 2"]);
    app.push(lines, "u2 3");
    app.pushBytes(lines, new TextEncoder().encode("# more\n\nu2 x\n"));
    expect(app.ledger()["lines"]).toMatchObject({ pushed: 7, applied: 3, skipped: 2, "parse-failed": 1, invalid: 1 });
    expect(codeOf(() => app.push(lines, DataFrame.fromRows([], { x: t.int() }) as never))).toBe("source.invalid");
    app.finish();
    expect(values(app)[0]).toBe("user.failed__600__ u1 2 0");
  });

  it("integer keys of any size are one entity, however they are held", () => {
    const sums = source("sums", message("Sum", { id: t.bigint(), n: t.int(), at: t.timestamp() }), {
      timestamp: "at",
      key: "id",
    });
    const counted = stream({ name: "counted", source: sums, output: [Account.id, Account.n] }, (e) =>
      Account({ id: e.col("id").max(), n: e.col("n").sum() }),
    );
    const app = engine({ resolvers: [counted] });
    const huge = 2n ** 60n + 1n;
    app.push(sums, { id: 5n, n: 1, at: at(1) });
    app.push(sums, [
      { id: huge, n: 2, at: at(2) },
      { id: 5, n: 4, at: at(2) },
    ]);
    app.advanceTo(at(10));
    app.push(sums, [
      { id: 5, n: 8, at: at(2) },
      { id: huge, n: 16, at: at(2) },
      { id: 5, n: 32, at: at(2) },
    ]);
    expect(values(app)).toEqual([
      "account.n__600__ 5 5 0",
      `account.n__600__ ${huge} 2 0`,
      "account.n__600__ 5 13 1",
      `account.n__600__ ${huge} 18 1`,
      "account.n__600__ 5 45 2",
    ]);
    expect([5, 5n, huge].map((id) => app.query(Account, id, [Account.n["10m"]])[0])).toEqual([45, 45, 18]);
    expect(app.entities(Account)).toEqual([5n, huge]);
  });
});

describe("a window whose resolver throws", () => {
  it("emits again, with the right revision, once it no longer does", () => {
    const fussy = stream(
      { name: "fussy", source: logins, keys: { user_id: User.id }, output: [User.id, User.total] },
      (e) => {
        const rows = e.toRows();
        if (rows.length === 2) throw new Error("two");
        return User({ total: rows.length });
      },
    );
    const app = engine({ resolvers: [fussy] });
    app.push(logins, row("u1", 1));
    app.advanceTo(at(10));
    app.push(logins, row("u1", 2));
    expect(codeOfThrown(() => app.query(User, "u1", [User.total["10m"]]))).toBe("two");
    app.push(logins, row("u1", 3));
    expect(values(app)).toEqual(["user.total__600__ u1 1 0", "user.total__600__ u1 3 1"]);
    expect(app.failures()).toHaveLength(1);
  });
});

const codeOfThrown = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing thrown";
};
