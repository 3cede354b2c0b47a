import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { repositoryRoot, runCommand } from '../../scripts/runCommand.ts';

/** A project outside of the repository, with nothing in it but what a test installs. */
export interface EmptyProject {
  readonly folder: string;
  /** Installs archives with the network forbidden: what they depend on beside each other is an error. */
  install(archives: readonly string[]): Promise<void>;
  write(file: string, text: string): void;
  /** Copies a folder of the repository, each TypeScript file as `.mts` and as `.cts`. */
  copyInBothKinds(source: string, files: readonly string[]): void;
  /** Runs a program of the repository in the project; its output, or an error with it. */
  run(command: string, args: readonly string[]): Promise<string>;
  /** A dependency of the repository, found from the project as well. */
  link(name: string): void;
  remove(): void;
}

export function createEmptyProject(): EmptyProject {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fieldchart-empty-')));
  const write = (file: string, text: string) => {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const run = async (command: string, args: readonly string[]) => {
    const { code, output } = await runCommand(command, args, { cwd: folder });
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`);
    return output;
  };
  write('package.json', JSON.stringify({ name: 'empty', private: true }));
  return {
    folder,
    async install(archives) {
      await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', ...archives]);
    },
    write,
    copyInBothKinds(source, files) {
      for (const file of files) {
        for (const extension of ['mts', 'cts']) {
          cpSync(join(repositoryRoot, source, `${file}.ts`), join(folder, `${file}.${extension}`));
        }
      }
    },
    run,
    link(name) {
      const target = join(folder, 'node_modules', name);
      mkdirSync(dirname(target), { recursive: true });
      symlinkSync(join(repositoryRoot, 'node_modules', name), target);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
