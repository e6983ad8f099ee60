// The SQL editor of the page: the only file that knows CodeMirror. Loaded when SQL is to be written first.

import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionSource,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { schemaCompletionSource, sql, SQLDialect } from '@codemirror/lang-sql';
import { bracketMatching, defaultHighlightStyle, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view';
import { SQLITE_FUNCTIONS, SQLITE_KEYWORDS, SQLITE_TYPES } from '../../../script/sqliteWords';

/** The library's own dialect of SQLite has words of other databases, and the commands of the shell. */
const DIALECT = SQLDialect.define({
  keywords: SQLITE_KEYWORDS,
  builtin: SQLITE_FUNCTIONS,
  types: SQLITE_TYPES,
  operatorChars: '*+-%<>!=&|/~',
  identifierQuotes: '`"',
  specialVar: '@:?$',
});

/** Names to complete: columns by table or view. */
export type CompletedNames = Readonly<Record<string, readonly string[]>>;

/** A place in the text where something is wrong, or is warned of. */
export interface Mark {
  readonly offset: number;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** An editor in the page. */
export interface Editor {
  /** Puts a text in the place of what is there; it can be undone. */
  replace(text: string): void;
  /** Completes other names from now on. */
  complete(names: CompletedNames): void;
  /** Marks places, each to the end of its word, instead of those that were marked before. */
  mark(marks: readonly Mark[]): void;
  /** Puts the cursor at an offset. */
  goTo(offset: number): void;
  focus(): void;
  /** Takes the editor out of the page. */
  close(): void;
}

/** What an editor begins with, and whom it tells. */
export interface EditorOptions {
  readonly text: string;
  readonly label: string;
  /** The id of the element that says how to leave. */
  readonly describedBy: string;
  readonly names: CompletedNames;
  readonly onchange: (text: string) => void;
  readonly onrun: () => void;
}

/** The colours of the library's own style, which knows what each part of the text is, and those of this page for them. */
const COLOURS: Readonly<Record<string, string>> = {
  '#708': 'var(--accent)',
  '#219': 'var(--changed)',
  '#164': 'var(--changed)',
  '#a11': 'var(--good)',
  '#e40': 'var(--good)',
  '#085': 'var(--warn)',
  '#256': 'var(--warn)',
  '#940': 'var(--ink-soft)',
};
const highlighted = HighlightStyle.define(
  defaultHighlightStyle.specs.map((spec) => ({ ...spec, color: COLOURS[String(spec.color)] ?? 'inherit' })),
);

const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--surface)', fontSize: '0.875rem', maxHeight: '24rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', minHeight: '9rem', overflow: 'auto' },
  '.cm-content': { padding: '0.6rem 0', caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-soft)', border: '0' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 22%, transparent) !important',
  },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
    borderRadius: '8px',
    overflow: 'hidden',
  },
  '.cm-tooltip-autocomplete > ul > li': { padding: '0.15rem 0.6rem !important' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent-soft) !important',
    color: 'var(--ink) !important',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700', color: 'var(--accent)' },
  '.cm-completionDetail': { color: 'var(--ink-soft)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--bad)',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--warn)',
    textUnderlineOffset: '3px',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
});

/** Makes an editor inside of an element. Tab leaves it, unless it takes a suggestion that is open. */
export function makeEditor(parent: HTMLElement, options: EditorOptions): Editor {
  let { names } = options;
  // Made when something is typed: of a thousand tables it takes long.
  let source: CompletionSource | null = null;
  let isMarked = false;
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        Prec.highest(
          keymap.of([
            {
              key: 'Mod-Enter',
              run: () => {
                options.onrun();
                return true;
              },
            },
          ]),
        ),
        lineNumbers(),
        highlightSpecialChars(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ activateOnTyping: true, icons: false }),
        EditorView.lineWrapping,
        sql({ dialect: DIALECT, upperCaseKeywords: true }),
        DIALECT.language.data.of({
          autocomplete: ((context) => (source ??= completionOf(names))(context)) satisfies CompletionSource,
        }),
        syntaxHighlighting(highlighted),
        look,
        EditorView.contentAttributes.of({ 'aria-label': options.label, 'aria-describedby': options.describedBy }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onchange(update.state.doc.toString());
        }),
        keymap.of([
          { key: 'Tab', run: acceptCompletion },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
      ],
    }),
  });
  const inside = (offset: number): number => Math.min(offset, view.state.doc.length);
  return {
    replace: (text) => {
      const changes = { from: 0, to: view.state.doc.length, insert: text };
      view.dispatch({ changes, selection: { anchor: text.length } });
    },
    complete: (others) => {
      if (others === names) return;
      names = others;
      source = null;
    },
    mark: (marks) => {
      if (marks.length === 0 && !isMarked) return;
      isMarked = marks.length > 0;
      const found = marks.map(({ offset, message, severity }) => {
        const from = inside(offset);
        const to = Math.max(view.state.wordAt(from)?.to ?? from, inside(from + 1));
        return { from: to === from ? Math.max(0, from - 1) : from, to, severity, message };
      });
      view.dispatch(setDiagnostics(view.state, found));
    },
    goTo: (offset) => {
      view.dispatch({ selection: { anchor: inside(offset) }, scrollIntoView: true });
      view.focus();
    },
    focus: () => view.focus(),
    close: () => view.destroy(),
  };
}

function completionOf(names: CompletedNames): CompletionSource {
  const schema = Object.fromEntries(Object.entries(names).map(([name, columns]) => [name, [...columns]]));
  return schemaCompletionSource({ dialect: DIALECT, schema });
}
