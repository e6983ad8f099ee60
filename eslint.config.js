// What ESLint asks of the code: the strict rules of typescript-eslint with types, and Svelte's own.
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

/**
 * Each Svelte file makes TypeScript look at the whole program anew, which takes as long as all other files together. `npm run lint` and
 * `npm run test:long` do it; `npm test` leaves the rules that need types out of these files, whose types svelte-check checks.
 */
const isQuick = process.env.DRYDOCK_LINT === 'quick';

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'test-results/', 'public/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
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
    rules: {
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
      // There are no enums, so nothing can be wrong with one: that rule takes as long as any other.
      'no-restricted-syntax': ['error', 'TSEnumDeclaration'],
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // `() => close()` says what it does.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
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
  ...(isQuick ? [{ files: ['**/*.svelte'], ...ts.configs.disableTypeChecked }] : []),
  {
    // These scripts are plain JavaScript, whose casts stand in comments, which these rules do not see.
    files: ['scripts/**', 'bench/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
