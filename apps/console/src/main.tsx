import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { takeTicket } from './api/session.ts';
import { App } from './shell/app.tsx';
import './styles.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
createRoot(root).render(
  <StrictMode>
    <App link={{ ticket: takeTicket() }} />
  </StrictMode>,
);
