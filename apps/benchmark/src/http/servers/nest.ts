import 'reflect-metadata';
import { serveOnExpress } from './nest-page.ts';

await serveOnExpress({});
