// What `web-ext` lints and runs is what `cargo xtask build` put into dist/, and nothing else.
export default {
  sourceDir: "dist",
  artifactsDir: "target/package",
  lint: { warningsAsErrors: true },
};
