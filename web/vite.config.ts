import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// `AURORA_URL` points the development server at a running desk or at `npm run mock`.
const desk = process.env.AURORA_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true
  },
  server: {
    host: '127.0.0.1',
    // The desk answers only its own pages; here we stand in for one.
    proxy: { '/api': { target: desk, ws: true, changeOrigin: true, headers: { origin: desk } } }
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' }
});
