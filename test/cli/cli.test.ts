import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataFrame } from "../../src/index.ts";
import { installInto, type Ran, runCli } from "./built.ts";

const BUILD_MS = 120_000; // ms, where two slow cores are shared

let home = "";
let folder = "";
let cli = "";
const run = (...args: readonly string[]): Ran => runCli(cli, folder, args);
const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);

const LOGINS = [
  '{"user_id":"u1","failed":true,"ip":"10.0.0.1","at":"2026-01-01T12:00:00Z"}',
  '{"user_id":"u2","failed":false,"ip":"10.0.0.2","at":"2026-01-01T12:01:00Z"}',
  '{"user_id":"u1","failed":true,"ip":"10.0.0.3","at":"2026-01-01T12:02:00Z"}',
];
const CUT = '{"user_id":"u1","failed":';
const RAW_CONTROL = '{"user_id":"u1","failed":true,"ip":"\u001b[2J","at":"2026-01-01T12:03:00Z"}';
const WRONG_TYPE = '{"user_id":"u1","failed":"\\u001b[2J","ip":"x","at":"2026-01-01T12:03:00Z"}';
const ESCAPED_CONTROL = '{"user_id":"u2","failed":false,"ip":"\\u001b[2J","at":"2026-01-01T12:01:00Z"}';
const BROKEN = [LOGINS[0], CUT, ESCAPED_CONTROL, RAW_CONTROL, "", WRONG_TYPE, LOGINS[2]]; // a blank line is no message

const RESOLVERS = `
import { features, message, source, stream, t, windowed } from "tidemark";

interface Marked { readonly name: string }
enum Kind { Login = "login" }

const User = features("user", { id: t.utf8(), numFailed: windowed(t.int(), ["10m", "1h"]), lastIp: t.utf8() });
const logins = source("logins", message("Login", {
  user_id: t.utf8(), failed: t.bool(), ip: t.utf8(), at: t.timestamp(),
}), { timestamp: "at", key: "user_id" });

export const failed = stream(
  { name: "failed", source: logins, output: [User.id, User.numFailed] },
  (events) => User({ id: events.col("user_id").max(), numFailed: events.col("failed").sum() }),
);
export default [stream(
  { name: "last_ip", source: logins, output: [User.id, User.lastIp] },
  (login) => User({ id: login.user_id, lastIp: login.ip as string }),
)];
export const marked: Marked = { name: Kind.Login };
`;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "tidemark-cli-"));
  cli = installInto(join(home, "installed"));
  folder = join(home, "work"); // neither it nor a folder above has a package.json
  mkdirSync(folder);
  write("logins.ndjson", `${LOGINS.join("\n")}\n`);
  write("logins-broken.ndjson", BROKEN.join("\n"));
  write("events.ndjson.gz", gzipSync(LOGINS.join("\n")));
  write("resolvers.ts", RESOLVERS);
  write("empty.ndjson", "");
  mkdirSync(join(folder, "a-folder"));
  write("cut.ndjson.gz", gzipSync(LOGINS.join("\n").repeat(500)).subarray(0, 200));
  write("cut.parquet", Buffer.from("PAR1\u0015\u0004\u0015\u0000\u0015\u0000"));
  write(
    "cut.arrow",
    DataFrame.fromRows([{ a: 1, b: "x" }])
      .toIPC()
      .subarray(0, 150),
  );
  symlinkSync("logins.ndjson", join(folder, "link.ndjson"));
  write("empty.ndjson.gz", gzipSync(""));
  mkdirSync(join(folder, "a-folder.arrow"));
  write("none.ts", "export const nothing = 1;\n");
}, BUILD_MS);

afterAll(() => {
  if (home !== "") rmSync(home, { recursive: true, force: true });
});

describe("tidemark", () => {
  it.each([[["--help"]], [["-h"]]])("%j says what there is", (args) => {
    const { code, stdout, stderr } = run(...args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/usage: tidemark <command>[^]*replay[^]*sql[^]*exit code/);
  });

  it.each(["replay", "sql"])("%s --help shows options and examples", (command) => {
    const { code, stdout, stderr } = run(command, "--help");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`usage: tidemark ${command}[^]*examples:[^]*exit code`));
    expect(stdout.split("\n").every((line) => line.length <= 120)).toBe(true);
  });

  it("--version is that of the package", () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(run("--version")).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("a mistake in arguments is one message and exit code 2", () => {
  it.each([
    [[], "there is no command"],
    [["relpay"], 'did you mean "replay"?'],
    [["--verison"], 'did you mean "--version"?'],
    [["sql"], "there is no query"],
    [["sql", "select 1"], "there is no file"],
    [["sql", "select 1 from file", "logins.ndjson", "--foramt", "csv"], 'did you mean "--format"?'],
    [["sql", "select 1 from file", "logins.ndjson", "--format", "xml"], "table, json, csv or arrow"],
    [["sql", "select user from logins", "logins.ndjson"], "^"],
    [["sql", "select user_id + 1 from logins", "logins.ndjson"], "type.mismatch"],
    [["sql", "select 'x'::integer from logins", "logins.ndjson"], "cast.failed"],
    [["replay", "resolvers.ts", "--input", "logins=logins.ndjson", "--out", "logins.ndjson"], "would replace it"],
    [["replay", "resolvers.ts", "--input", "logins=logins.ndjson", "--out", "link.ndjson"], "would replace it"],
    [["sql", "select * from login", "logins.ndjson"], 'the table is "logins"'],
    [["replay"], "there is no module"],
    [["replay", "resolvers.ts"], "there is no recording"],
    [["replay", "resolvers.ts", "--input", "logins.ndjson"], "name=path"],
    [["replay", "missing.ts", "--input", "logins=logins.ndjson"], "there is no module missing.ts"],
    [["replay", "a-folder", "--input", "logins=logins.ndjson"], "a-folder is no file"],
    [["replay", "none.ts", "--input", "logins=logins.ndjson"], "export what stream(...) gives back"],
    [["replay", "resolvers.ts", "--input", "login=logins.ndjson"], 'did you mean "logins"?'],
    [["replay", "resolvers.ts", "--input", "logins=logins.ndjson", "--from", "noon"], "2026-01-01T12:00:00Z"],
    [["replay", "resolvers.ts", "--input", "logins=logins.ndjson", "--out", "a.csv"], ".arrow"],
  ])("%j", (args, text) => {
    expectMistake(run(...args), 2, text);
  });
});

describe("a recording that cannot be read is one message and exit code 1", () => {
  const broken = ["missing.ndjson", "a-folder", "cut.ndjson.gz", "cut.parquet", "cut.arrow"];

  it.each([...broken, "empty.ndjson", "empty.ndjson.gz"])("sql %s", (file) => {
    expectMistake(run("sql", "select * from file", file), 1, file);
  });

  it.each([...broken, "empty.ndjson", "empty.ndjson.gz"])("replay %s", (file) => {
    const ran = run("replay", "resolvers.ts", "--input", `logins=${file}`);
    expectMistake(ran, 1, file);
    expect(ran.stdout).toBe("");
  });
});

describe("a module that cannot be loaded is one message with file and line, and exit code 1", () => {
  it.each([
    ["export const a: number = ;", "bad.ts:1:25: Unexpected token"],
    ["type A = string;\n\nthrow new TypeError('boom' as A);", "bad.ts:3: TypeError: boom"],
    ["import { a } from './own.ts';\nexport { a };", "bad.ts:1: Cannot find module './own.ts'"],
    ["import { features } from 'tidemark';\nfeatures('no name', {});", "bad.ts:2: feature.invalid"],
    ["await new Promise(() => {});", "bad.ts: it waits for what never comes"],
  ])("%s", (source, text) => {
    write("bad.ts", source);
    expectMistake(run("replay", "bad.ts", "--input", "logins=logins.ndjson"), 1, text);
  });
});

describe("tidemark sql", () => {
  it("ends with 1 where the query fails on its rows", () => {
    expectMistake(run("sql", "select user_id::integer from logins", "logins.ndjson"), 1, "cast.failed");
  });

  it("shows a table", () => {
    const { code, stdout, stderr } = run(
      "sql",
      "select user_id, count(*) as n from logins group by 1",
      "logins.ndjson",
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/\| u1 +\| +2 \|/);
  });

  it("cuts a table at --limit and says so", () => {
    expect(run("sql", "select * from file", "logins.ndjson", "--limit", "1").stdout).toContain("2 more rows");
  });

  it("writes JSON from a gzip recording", () => {
    const { stdout } = run("sql", 'select user_id, "at" from events where failed', "events.ndjson.gz", "-f", "json");
    expect(JSON.parse(stdout)).toEqual([
      { user_id: "u1", at: "2026-01-01T12:00:00.000Z" },
      { user_id: "u1", at: "2026-01-01T12:02:00.000Z" },
    ]);
  });

  it("writes CSV, with a choice of files", () => {
    const query = "select count(*) as n, max(ip) as ip from b where user_id = 'u1'";
    const { stdout, stderr } = run("sql", query, "--as", "b=logins.ndjson", "events.ndjson.gz", "-f", "csv");
    expect([stdout, stderr]).toEqual(["n,ip\r\n2,10.0.0.3\r\n", ""]);
  });

  it("writes an Arrow stream", async () => {
    const child = spawn(process.execPath, [cli, "sql", "select ip from file", "logins.ndjson", "-f", "arrow"], {
      cwd: folder,
    });
    const parts: Uint8Array[] = [];
    for await (const part of child.stdout) parts.push(part as Uint8Array);
    expect(DataFrame.fromIPC(Buffer.concat(parts)).toRows()).toEqual([
      { ip: "10.0.0.1" },
      { ip: "10.0.0.2" },
      { ip: "10.0.0.3" },
    ]);
  });

  it("says which fields it leaves out", () => {
    write("nested.ndjson", '{"a":1,"tags":["x"]}\n');
    const { code, stdout, stderr } = run("sql", "select * from nested", "nested.ndjson", "-f", "csv");
    expect([code, stdout]).toEqual([0, "a\r\n1\r\n"]);
    expect(stderr).toMatch(/^tidemark: nested\.ndjson: column "tags" is left out: /);
  });

  it("ends quietly where its reader goes away", async () => {
    write("many.ndjson", Array.from({ length: 20_000 }, (_, n) => `{"n":${n},"text":"some text of a row"}`).join("\n"));
    const child = spawn(process.execPath, [cli, "sql", "select * from many", "many.ndjson", "-f", "csv"], {
      cwd: folder,
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdout.once("data", () => child.stdout.destroy());
    const [code] = (await once(child, "close")) as [number | null];
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("tidemark replay", () => {
  it("runs a TypeScript module outside of any package over a recording with broken lines", () => {
    const { code, stdout, stderr } = run("replay", "resolvers.ts", "--input", "logins=logins-broken.ndjson");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/\| logins +\| +6 \| +3 \|/);
    expect(stdout).toMatch(
      /not taken:\nlogins-broken\.ndjson:2: .+\nlogins-broken\.ndjson:4: parse-failed: .+\nlogins-broken\.ndjson:6: invalid: /,
    );
    expect(stdout).toContain("user.num_failed__600__");
    expect(stdout).toMatch(/\| u1 .*10\.0\.0\.3/);
    expect(stdout).toMatch(/\n6 rows in \d+\.\d\d s, [\d,]+ rows\/s\n$/);
    expect(stdout).not.toContain("\u001b");
  });

  it("gives one JSON object", () => {
    const { code, stdout } = run("replay", "resolvers.ts", "-i", "logins=logins-broken.ndjson", "--json");
    expect(code).toBe(0);
    const { rows, ledger, deadLetters, failures, features } = JSON.parse(stdout) as Record<string, never>;
    expect(rows).toBe(6);
    expect(ledger).toMatchObject({ logins: { pushed: 6, applied: 3, "parse-failed": 2, invalid: 1 } });
    expect(deadLetters).toMatchObject([
      { source: "logins", file: "logins-broken.ndjson", line: 2, raw: CUT },
      { source: "logins", disposition: "parse-failed", line: 4, raw: RAW_CONTROL },
      { source: "logins", disposition: "invalid", line: 6, raw: WRONG_TYPE },
    ]);
    expect(failures).toEqual([]);
    expect(features).toMatchObject({ user: [{ id: "u1", "user.last_ip": "10.0.0.3" }, { id: "u2" }] });
  });

  it("takes several recordings of one source, and a part of them", () => {
    const inputs = ["-i", "logins=logins.ndjson", "-i", "logins=events.ndjson.gz"];
    const all = JSON.parse(run("replay", "resolvers.ts", ...inputs, "--json").stdout) as { rows: number };
    expect(all.rows).toBe(6);
    const part = ["--from", "2026-01-01T12:01:00Z", "--until", "2026-01-01T12:02:00Z"];
    expect(run("replay", "resolvers.ts", "-i", "logins=logins.ndjson", ...part).stdout).toContain(
      "2 messages outside --from and --until",
    );
  });

  it("writes emissions", () => {
    const args = ["replay", "resolvers.ts", "-i", "logins=logins.ndjson"];
    const { stdout } = run(...args, "--out", "out.ndjson");
    const emissions = readFileSync(join(folder, "out.ndjson"), "utf8").trim().split("\n");
    expect(stdout).toContain(`${emissions.length} emissions written to out.ndjson`);
    expect(emissions.map((line) => (JSON.parse(line) as { resolver: string }).resolver)).toContain("failed");
    expect(run(...args, "--out", "out.arrow", "--json").code).toBe(0);
    expect(DataFrame.fromIPC(readFileSync(join(folder, "out.arrow"))).numRows).toBe(emissions.length);
    expectMistake(
      run(...args, "--out", "no/such/out.arrow"),
      1,
      "out.arrow cannot be written: there is no such folder",
    );
    expectMistake(run(...args, "--out", "a-folder.arrow"), 1, "a-folder.arrow cannot be written");
    expect(readdirSync(folder).filter((name) => name.startsWith("out"))).toEqual(["out.arrow", "out.ndjson"]);
  });

  it("leaves windows open with --no-finish", () => {
    const args = ["replay", "resolvers.ts", "-i", "logins=logins.ndjson", "--json"];
    const failedOf = (ran: Ran): unknown[] =>
      (JSON.parse(ran.stdout) as { features: { user: Record<string, unknown>[] } }).features.user.map(
        (row) => row["user.num_failed__3600__"],
      );
    expect(failedOf(run(...args))).toEqual([2, 0]);
    expect(failedOf(run(...args, "--no-finish"))).toEqual([null, null]);
  });

  it("stops at the first broken line with --strict", () => {
    const ran = run("replay", "resolvers.ts", "-i", "logins=logins-broken.ndjson", "--strict");
    expectMistake(ran, 1, "logins-broken.ndjson:2");
    expect(ran.stdout).toBe("");
  });

  it("shows what a resolver threw, which --strict makes an error", () => {
    write(
      "throws.mjs",
      `import { features, message, source, stream, t, windowed } from "tidemark";
      const User = features("user", { id: t.utf8(), n: windowed(t.int(), ["10m"]) });
      const logins = source("logins", message("Login", { user_id: t.utf8(), at: t.timestamp() }), { timestamp: "at", key: "user_id" });
      export const thrower = stream({ name: "thrower", source: logins, output: [User.id, User.n] }, (events) => {
        if (events.count() > 0) throw new Error("boom");
        return User({ id: events.col("user_id").max(), n: 1 });
      });`,
    );
    const args = ["replay", "throws.mjs", "-i", "logins=logins.ndjson"];
    const { code, stdout } = run(...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/failed:\nthrower \(.*\): boom/);
    expect(run(...args, "--strict").code).toBe(1);
  });
});

/** One message that begins with the program's name, names what is wrong, and has no stack. */
function expectMistake({ code, stderr }: Ran, expected: number, text: string): void {
  expect(stderr).toMatch(/^tidemark: /);
  expect(stderr).toContain(text);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain("unexpected error");
  const lines = stderr
    .trimEnd()
    .split("\n")
    .filter((line) => !/^ |^hint: /.test(line));
  expect(lines).toHaveLength(1);
  expect(code).toBe(expected);
}
