// sql.js as its documentation shows it: the whole file as one array, in and out.
import initSqlJs from 'sql.js';
import wasmUrl from 'sql.js/dist/sql-wasm-browser.wasm?url';
import { blobOf, schemaQuery, settings, work } from './work.mjs';

work(async () => {
  const library = await initSqlJs({ locateFile: () => wasmUrl });
  return async ({ file, script }, reached) => {
    const database = new library.Database(new Uint8Array(await file.arrayBuffer()));
    database.exec(settings);
    database.exec(schemaQuery);
    reached('schema');
    database.exec(script);
    reached('committed');
    return blobOf(database.export());
  };
});
