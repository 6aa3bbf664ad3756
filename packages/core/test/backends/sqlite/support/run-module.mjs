// Loads a TypeScript module in a process of its own, as vitest loads it: node run-module.mjs <module>
import { createViteServer } from 'vitest/node';

const server = await createViteServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  ssr: { resolve: { conditions: ['@cache/source'] } },
  optimizeDeps: { noDiscovery: true },
});
await server.ssrLoadModule(process.argv[2]);
