// For `node --import`: lets this process run TypeScript.
import { register } from 'node:module';

register('./typescript-hooks.js', import.meta.url);
