import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: '/MAAS/ui/',
  plugins: [react()],
  build: {
    outDir: 'target/classes/io/rackstead/web',
    emptyOutDir: true,
    // the pages' content security policy allows 'self' and no data: addresses
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: 'index.html', console: 'console.html' } },
  },
  // node would take the CommonJS halves of the libraries, which load style sheets at run time
  ssr: { resolve: { mainFields: ['module', 'main'] } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // bundled beforehand: node cannot import the style sheets in them, and one by one it is slow
    deps: {
      optimizer: {
        ssr: { enabled: true, include: ['@patternfly/react-core', '@patternfly/react-table'] },
      },
    },
    server: { deps: { inline: [/@patternfly/, /deps_ssr/] } },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:5299', '/health': 'http://127.0.0.1:5299' } },
});
