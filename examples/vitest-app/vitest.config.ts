import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // One PostgreSQL for the whole run, however many test files there are. Each test gets a database of its own.
    globalSetup: ['@restage/testing/global-setup'],
    testTimeout: 60_000,
  },
});
