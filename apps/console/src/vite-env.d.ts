// Vite resolves what TypeScript can't.
declare module '*.css';

interface ImportMeta {
  readonly env: { readonly BASE_URL: string };
}
