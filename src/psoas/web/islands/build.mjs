// Builds the islands into the folder of static files: one module a page, nothing fetched at run time.
import { build } from "esbuild";

await build({
  entryPoints: { body: "src/body.ts" },
  outdir: "../static/islands",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "eof",
  logLevel: "warning",
});
