import { type CodedError, isCodedError } from '@fieldchart/foundation';

/** What a person can do about a failed start or command, in a sentence; undefined for faults of the program. */
export function explainFailure(error: unknown, folder: string): string | undefined {
  if (!isCodedError(error)) return explainSystemFailure(error, folder);
  const { code }: CodedError = error;
  switch (code) {
    case 'PORT_UNAVAILABLE':
      return 'The port is in use by another program. Choose a free one: npm start -- --port NUMBER';
    case 'FOLDER_IN_USE':
      return `Another Fieldchart server is running on the data folder ${folder}. Stop it first, or choose another folder with --data.`;
    case 'FOLDER_FOREIGN':
      return `The folder ${folder} holds files that are not Fieldchart's. Choose an empty one with --data.`;
    case 'STORAGE_DAMAGED':
      return (
        `The database in ${folder} is damaged and was left as it is. ` +
        'Put a copy back in its place, or begin anew with: npm start -- --reset'
      );
    case 'STORAGE_UNREACHABLE':
      return 'PostgreSQL at DATABASE_URL does not answer, or holds another schema. Check the address and that it runs.';
    case 'NOTHING_THERE':
    case 'NO_ORGANIZATION':
      return `There is no organisation in ${folder} yet. Run npm start once, which creates one.`;
    default:
      return undefined;
  }
}

/** What the operating system refused about the data folder. */
function explainSystemFailure(error: unknown, folder: string): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `The folder ${folder} may not be written to. Choose another one with --data.`;
    case 'EEXIST':
    case 'ENOTDIR':
      return `${folder} is not a folder. Choose another one with --data.`;
    case 'ENOSPC':
      return `The disk that holds ${folder} is full.`;
    default:
      return undefined;
  }
}
