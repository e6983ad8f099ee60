// Puts the workbench on the page.
import { mount } from 'svelte';
import App from './ui/App.svelte';
import './ui/theme.css';

const target = document.getElementById('app');
if (target === null) throw new Error('The page has no #app');
mount(App, { target });
