// Vite resolves what TypeScript can't.
declare module '*.css';
