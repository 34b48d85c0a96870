// Compares the public declarations of each door with its report in docs/api, or writes the reports (--write).
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import { root } from "./doors.mjs";

const reports = { tidemark: "index", "tidemark-replay": "replay/index", "tidemark-testing": "testing/index" };
const write = process.argv.includes("--write");

mkdirSync(join(root, "docs/api"), { recursive: true });
mkdirSync(join(root, "temp/api"), { recursive: true });
let changed = 0;
for (const [name, declaration] of Object.entries(reports)) {
  const entry = join(root, `dist/${declaration}.d.ts`);
  if (!existsSync(entry)) {
    console.error(`dist/${declaration}.d.ts is missing: run npm run build first`);
    process.exit(1);
  }
  const result = Extractor.invoke(configOf(name, entry), {
    localBuild: write,
    messageCallback: (message) => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  const path = join(root, `docs/api/${name}.api.md`);
  const exported = existsSync(path) ? (readFileSync(path, "utf8").match(/^export /gm)?.length ?? 0) : 0;
  if (result.errorCount > 0 || exported === 0) {
    console.error(`docs/api/${name}.api.md: ${result.errorCount} errors, ${exported} exports seen`);
    changed++;
  } else if (result.apiReportChanged && !write) {
    console.error(`docs/api/${name}.api.md no longer fits the declarations: look at the change, then run npm run api`);
    changed++;
  } else {
    console.log(`docs/api/${name}.api.md: ${exported} exports`);
  }
}
process.exitCode = changed > 0 ? 1 : 0;

function configOf(name, mainEntryPointFilePath) {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, "package.json"),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath,
      newlineKind: "lf",
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "es2022",
            lib: ["es2023", "dom", "dom.iterable"],
            types: ["node"],
            module: "nodenext",
            strict: true,
            exactOptionalPropertyTypes: true,
            skipLibCheck: true,
          },
          include: ["dist/**/*.d.ts"],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: name,
        reportFolder: join(root, "docs/api"),
        reportTempFolder: join(root, "temp/api"),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.None },
          // A type that a signature names and no door exports: shown in the report, where a reader sees it.
          "ae-forgotten-export": { logLevel: ExtractorLogLevel.None, addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
}
