/** `npm run bench`. The bench itself is TypeScript, which this Node does not run by itself. */
import './run-typescript.js';
import process from 'node:process';

const { main } = await import('./main.ts');
await main(process.argv.slice(2));
