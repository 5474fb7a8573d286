#!/usr/bin/env node
import { main } from './main.ts';

// The sources' entry; the bundle has its own.
await main(process.argv.slice(2));
