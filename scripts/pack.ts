import { join } from 'node:path';
import { packPackages } from './publish/packPackages.ts';
import { repositoryRoot } from './runCommand.ts';

// `npm run pack`: the archives that would be published, in dist/.
for (const { name, archive } of await packPackages(join(repositoryRoot, 'dist'))) {
  console.log(`${name}: ${archive}`);
}
