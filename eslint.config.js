// What the linters ask of the code: the strict rules of typescript-eslint with types, and Svelte's own. ESLint itself looks at Svelte files and at
// modules with runes; oxlint.config.js hands the same rules to oxlint for all other files.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

/**
 * Each Svelte file makes TypeScript look at the whole program anew, which takes longer than all other checks together. `npm run lint` and
 * `npm run test:long` do it; `npm test` leaves the rules that need types out of these files, whose types svelte-check checks.
 */
const isQuick = process.env.DRYDOCK_LINT === 'quick';

/** Sets of rules for every file, and then what differs from them. */
export const strict = [js.configs.recommended, ...ts.configs.strictTypeChecked, ...ts.configs.stylisticTypeChecked];
/** @type {import('eslint').Linter.RulesRecord} */
export const ours = {
  // TypeScript knows better which names exist.
  'no-undef': 'off',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/ban-ts-comment': [
    'error',
    {
      'ts-expect-error': 'allow-with-description',
      'ts-ignore': true,
      'ts-nocheck': true,
      minimumDescriptionLength: 10,
    },
  ],
  '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
  // `import { type X }` would be left in the built code as an import of nothing.
  '@typescript-eslint/no-import-type-side-effects': 'error',
  // `() => close()` says what it does.
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
};

export default defineConfig(
  globalIgnores([
    '.svelte-check/',
    'dist/',
    'coverage/',
    'test-results/',
    'public/',
    '**/*.js',
    '**/*.mjs',
    '**/*.ts',
    '!**/*.svelte.ts',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  strict,
  svelte.configs.recommended,
  svelte.configs.prettier,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: ours,
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    // The types of parameters in markup are known to svelte-check, which checks them, and not to typescript-eslint.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  // oxlint applies the rules with types to modules.
  { files: [isQuick ? '**/*.{svelte,svelte.ts}' : '**/*.svelte.ts'], ...ts.configs.disableTypeChecked },
);
