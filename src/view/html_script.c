/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The buttons that copy a snippet, which are hidden where no script runs. A browser that denies the
 * clipboard to pages from disk is asked by the old command; if that fails, the text stays selected.
 */
#include "view/html.h"

const char ct_html_script_hash[] = "sha256-Z3wXG6CnxwJdvr/tmEPfXwcQefiqz3BFyMVolLaNaOQ=";

const char ct_html_script[] =
	"for(const b of document.querySelectorAll('button.copy')){"
	"b.hidden=false;"
	"b.onclick=async()=>{"
	"const p=b.nextElementSibling;let ok=true;"
	"try{await navigator.clipboard.writeText(p.textContent)}"
	"catch{const s=getSelection();s.removeAllRanges();"
	"const r=document.createRange();r.selectNodeContents(p);s.addRange(r);"
	"ok=document.execCommand('copy')}"
	"b.textContent=ok?'Copied':'Selected: press Ctrl+C';"
	"setTimeout(()=>{b.textContent='Copy'},2000)}}";
