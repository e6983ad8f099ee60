// The rules of eslint.config.js for oxlint, which reads TypeScript and JavaScript in a tenth of the time.
import { defineConfig } from 'oxlint';
import { ours, strict } from './eslint.config.js';

/** Rules that oxlint does not have. */
const missing = [
  // Strict mode forbids what they look for.
  'no-dupe-args',
  'no-octal',
  // Their sets turn them off.
  'no-new-symbol',
  'no-return-await',
  // `const a: A<string> = new A<any>()`: there is no `any`.
  'typescript/no-unsafe-class-instance-assignment',
];

/** @type {[name: string, setting: 'off' | 'error'][]} */
const rules = [...strict, { rules: ours }]
  .flatMap((set) => Object.entries(set.rules ?? {}))
  .map(([name, setting]) => [name.replace('@typescript-eslint/', 'typescript/'), setting]);

export default defineConfig({
  ignorePatterns: ['dist/', 'coverage/', 'test-results/', 'public/', '**/*.svelte'],
  plugins: ['typescript'],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  rules: Object.fromEntries(rules.filter(([name]) => !missing.includes(name))),
  overrides: [
    {
      // These scripts are plain JavaScript, whose casts stand in comments, which these rules do not see.
      files: ['scripts/**', 'bench/**'],
      rules: {
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
      },
    },
  ],
});
