import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A file found on the disk. */
export interface FoundFile {
  readonly name: string;
  readonly bytes: number;
}

/**
 * The values too large for a row, each in a file of its own whose name is never used twice. A file means nothing until a row
 * names it, so it is written in place: nobody can see half of one.
 */
export class ValueFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param durable wait until the disk has it */
  async write(name: string, bytes: Uint8Array, durable: boolean): Promise<void> {
    const file = await this.create(name);
    try {
      await file.writeFile(bytes);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
  }

  /** A new file, to be written piece by piece. */
  async create(name: string): Promise<FileHandle> {
    const path = this.#path(name);
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    return open(path, 'wx', 0o600);
  }

  /** The file, to be read piece by piece; `undefined` if there is none (any more). */
  async open(name: string): Promise<FileHandle | undefined> {
    try {
      return await open(this.#path(name), 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** The bytes; `undefined` if there is no such file (any more). */
  async read(name: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#path(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** `read` that blocks, for what is needed at once. */
  readNow(name: string): Buffer | undefined {
    try {
      return readFileSync(this.#path(name));
    } catch {
      return undefined;
    }
  }

  /** Its first bytes, blocking. */
  headNow(name: string, length: number): Buffer | undefined {
    let file: number | undefined;
    try {
      file = openSync(this.#path(name), 'r');
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
    } catch {
      return undefined;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  /** No database names the files any more: they go, in the background. */
  abandon(quarantine: string): void {
    const folder = `${quarantine}.files`;
    try {
      renameSync(this.#folder, folder);
    } catch {
      return;
    }
    rm(folder, { recursive: true, force: true }).catch(() => {});
  }

  /** Whether it is gone. */
  remove(name: string): boolean {
    try {
      unlinkSync(this.#path(name));
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
  }

  /** Its bytes; `undefined` if there is no such file. */
  sizeOf(name: string): number | undefined {
    return statSync(this.#path(name), { throwIfNoEntry: false })?.size;
  }

  /** All files there are. */
  list(): FoundFile[] {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    return readdirSync(this.#folder, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map(({ name }) => ({ name, bytes: statSync(this.#path(name), { throwIfNoEntry: false })?.size ?? 0 }));
  }

  #path(name: string): string {
    return join(this.#folder, name.slice(0, 2), name);
  }
}
