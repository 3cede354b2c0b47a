/** An action as redux-offline's users write them. */
export function request(method: string, url: string, json?: object, extra: object = {}): object {
  const type = `${method} ${url}`;
  return {
    type,
    payload: json,
    meta: {
      offline: {
        effect: { method, url, ...(json === undefined ? {} : { json }), ...extra },
        commit: { type: `commit ${type}`, meta: { url } },
        rollback: { type: `rollback ${type}`, meta: { url } },
      },
    },
  };
}

export const create = (url: string, json: Readonly<Record<string, unknown>>): object =>
  request('POST', url.slice(0, url.lastIndexOf('/')), { id: url.slice(url.lastIndexOf('/') + 1), ...json });
export const update = (url: string, json: object): object => request('PUT', url, json);
export const remove = (url: string): object => request('DELETE', url);
