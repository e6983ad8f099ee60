// Keeps a worker with a loaded engine while a file of tests goes on: what the browser has compiled for one worker is there for the next.
import { EngineClient } from '../../src/engine/worker/client';

new EngineClient().start();
