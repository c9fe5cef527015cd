import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

/** GraphiQL's style sheet carries fonts as data, which the content policy refuses: the system's fonts do. */
const withoutFonts: Plugin = {
  name: "without-fonts",
  enforce: "pre",
  transform(code, id) {
    if (id.includes("graphiql") && id.split("?")[0]!.endsWith(".css")) return { code: code.replace(/@font-face\s*\{[^}]*\}/g, ""), map: null };
    return null;
  },
};

export default defineConfig({
  base: "/console/",
  plugins: [withoutFonts, svelte()],
  publicDir: false,
  resolve: { alias: { "react-style-singleton": new URL("src/explorer/no-styles.ts", import.meta.url).pathname } },
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    // The content policy takes neither inline scripts nor fonts in style sheets.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: { index: "index.html", explorer: "explorer.html" },
      // Libraries mark files for React's servers, of which there is none.
      onwarn: (warning, warn) => void (warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning)),
    },
  },
});
