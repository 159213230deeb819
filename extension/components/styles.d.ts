// Lets a page's main.ts import its style sheet: esbuild writes it next to main.js.
declare module "*.css";
