import 'reflect-metadata';
import { serveOnFastify } from './nest-page.ts';

await serveOnFastify({});
