import { defineConfig } from 'vite'

// The page: built into dist/web, with relative links so that it also lives behind a prefix (Home Assistant ingress).
export default defineConfig({
  root: 'src/web',
  base: './',
  build: { outDir: '../../dist/web', emptyOutDir: true, target: 'es2022' },
})
