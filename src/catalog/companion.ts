// The companion file of a migration: what it has beside its script. docs/companions.md documents the format.

import type { Outcome } from '../database';
import { KNOWN_FUNCTIONS, STAND_IN, type Meaning } from '../functions/meaning';
import {
  identifier,
  isCompanionName,
  isFileName,
  isScriptPath,
  list,
  matching,
  optionalList,
  parsed,
  refuse,
  words,
  type CatalogProblem,
  type Place,
} from './checkedJson';

/** A database to try a migration on, made from nothing by a script. */
export interface Sample {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** The file name that the sample's database goes by. */
  readonly file: string;
  /** Path, from the catalog's folder, of the script that makes and fills the database. */
  readonly base: string;
  /** How many of the migration's statements, counted from its first, have been run on it afterwards. */
  readonly through: number | 'all';
}

/** What a migration has beside its script. */
export interface Companion {
  readonly samples: readonly Sample[];
  /** Name of the .json file with what its values mean and how its data is checked (see meaning.ts), or null. */
  readonly meaning: string | null;
  /** What stands for functions and collations of the application that the migration is for. */
  readonly functions: readonly Meaning[];
}

/** Of a migration that has no companion file. */
export const NO_COMPANION: Companion = { samples: [], meaning: null, functions: [] };

/** Checks the text of a companion file and gives its contents, or the first thing that is wrong. Unknown keys are left. */
export function parseCompanion(text: string, fileName: string): Outcome<Companion, CatalogProblem> {
  return parsed(fileName, text, (root) => ({
    samples: list(root, 'samples', sampleOf),
    meaning:
      root.fields.meaning === undefined
        ? null
        : matching(root, 'meaning', isCompanionName, 'the name of a .json file beside this one'),
    functions: optionalList(root, 'functions', functionOf).map(({ meaning }) => meaning),
  }));
}

/** As `Meaning` has it; the id is the name. */
function functionOf(item: Place): { readonly id: string; readonly meaning: Meaning } {
  const id = identifier(item);
  const isCollation = item.fields.kind === 'collation';
  const answer = isCollation
    ? matching(
        item,
        'answer',
        isCollationAnswer,
        '“known BINARY”, “known NOCASE”, “locale” and a language, or “stand-in”',
      )
    : matching(item, 'answer', isFunctionAnswer, '“known” and a function, “sql” and an expression, or “stand-in”');
  return { id, meaning: { kind: isCollation ? 'collation' : 'function', name: id, answer } };
}

function isFunctionAnswer(text: string): boolean {
  const known = /^known (\S+)$/.exec(text)?.[1];
  return text === STAND_IN || /^sql \S/.test(text) || (known !== undefined && Object.hasOwn(KNOWN_FUNCTIONS, known));
}

function isCollationAnswer(text: string): boolean {
  return text === STAND_IN || /^(known (BINARY|NOCASE)|locale \S+)$/.test(text);
}

function sampleOf(item: Place): Sample {
  const path = 'the path of a .sql file in the folder of index.json or below it';
  return {
    id: identifier(item),
    title: words(item, 'title'),
    description: words(item, 'description'),
    file: matching(item, 'file', isFileName, 'a plain file name'),
    base: matching(item, 'base', isScriptPath, path),
    through: statementCount(item, 'through'),
  };
}

function statementCount(holder: Place, key: string): number | 'all' {
  const value = holder.fields[key];
  if (value === 'all') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return refuse(holder, key, 'a whole number from 0 up, or "all"');
}
