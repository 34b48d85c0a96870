import { describe, expect, it } from "vitest";
import { printable } from "../../src/cli/output.ts";
import { reportOf } from "../../src/cli/report.ts";
import { TidemarkError } from "../../src/index.ts";

describe("reportOf", () => {
  it("tells a mistaken command line from work that failed", () => {
    const codeOf = (code: ConstructorParameters<typeof TidemarkError>[0]): number =>
      reportOf(new TidemarkError(code, "s"), false).exitCode;
    expect(codeOf("cli.usage")).toBe(2);
    expect(codeOf("sql.syntax")).toBe(2);
    expect(codeOf("replay.invalid")).toBe(2);
    expect(codeOf("cli.module")).toBe(1);
    expect(codeOf("recording.invalid")).toBe(1);
    expect(codeOf("cast.failed")).toBe(1);
  });

  it("gives the message with its hint, and the code where it says something", () => {
    const broken = new TidemarkError("recording.invalid", "a.gz is cut off", { hint: "copy it again" });
    expect(reportOf(broken, false).text).toBe("tidemark: recording.invalid: a.gz is cut off\nhint: copy it again");
    expect(reportOf(new TidemarkError("cli.usage", "there is no command"), false).text).toBe(
      "tidemark: there is no command",
    );
  });

  it("knows the errors of another copy of the package", () => {
    const foreign = Object.assign(new Error("sql.syntax: s"), {
      name: "TidemarkError",
      code: "sql.syntax",
      summary: "s",
    });
    expect(reportOf(foreign, false)).toEqual({ text: "tidemark: sql.syntax: s", exitCode: 2 });
  });

  it("asks to report what is unexpected, and shows the stack only when debugging", () => {
    const error = new RangeError("lost");
    expect(reportOf(error, false).text).toMatch(/^tidemark: unexpected error: lost\nhint: .*report.*TIDEMARK_DEBUG=1/);
    expect(reportOf(error, false).text).not.toContain("report.test");
    expect(reportOf(error, true).text).toContain("report.test");
    expect(reportOf("text", true).text).toContain("unexpected error: text");
  });

  it("does not take what the system refuses for a fault", () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { errno: -28, syscall: "write" });
    expect(reportOf(full, false)).toEqual({ text: "tidemark: ENOSPC: no space left on device, write", exitCode: 1 });
  });
});

describe("printable", () => {
  it("keeps line breaks and drops what a terminal obeys", () => {
    expect(printable("a\nb\u001b[2J\u009b\tc")).toBe("a\nb\u00b7[2J\u00b7\u00b7c");
  });
});
