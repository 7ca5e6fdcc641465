/** Real frames, as public sources have them. None was made here. */

const parser = "github xiaoyao9184/hj-t212-parser, hj-h212-parser/src/test/resources/AllData/2016-08-24 00.h212";
const alltobs = "github chenqi92/alltobs-hj212, README.md";

export interface Sourced {
  readonly source: string;
  readonly frame: string;
}

export const frames = {
  /** HJ 212-2017, Annex A. */
  standard: {
    source: "HJ 212-2017, Annex A (its prose misprints the check as 1C08)",
    frame:
      "##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&RtdInterval=30&&1C80",
  },
  /** HJ 212-2025, Annex A.1, as two implementations quote it. */
  standard2025: {
    source: "HJ 212-2025, Annex A.1, quoted in public GitHub files 58137843947 (Rust) and 70699272034 (Python)",
    frame: "##0087QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&2200",
  },
  water2005: {
    source: parser,
    frame:
      "##0139ST=32;CN=2011;PW=123456;MN=LD130133000015;CP=&&DataTime=20160824003817000;B01-Rtd=36.91;011-Rtd=231.0,011-Flag=N;060-Rtd=1.803,060-Flag=N&&4980",
  },
  /** The flag stands twice, once behind each value of the factor; flow has none. */
  stack2005: {
    source: parser,
    frame:
      "##0379ST=31;CN=2011;PW=123456;MN=LD130102000343;CP=&&DataTime=20160823235105000;B02-Rtd=35.75;01-Rtd=12.14,01-Flag=N;02-Rtd=0.00,02-Flag=N;03-Rtd=0.000,03-Flag=N;S01-Rtd=0.0,S01-Flag=N;S02-Rtd=17.89,S02-Flag=N;S03-Rtd=53.0,S03-Flag=N;S05-Rtd=3.0,S05-Flag=N;S08-Rtd=-3.185592,S08-Flag=N;S07-Rtd=2.54,S07-Flag=N;01-ZsRtd=12.14,01-Flag=N;02-ZsRtd=0.00,02-Flag=N;03-ZsRtd=0.000,03-Flag=N&&9C01",
  },
  minute2005: {
    source: parser,
    frame:
      "##0593ST=31;CN=2051;PW=123456;MN=LD130131000211;CP=&&DataTime=20000202000000000;B02-Cou=208490.21,B02-Min=325.84,B02-Avg=347.48,B02-Max=362.33;S01-Min=4.59,S01-Avg=4.95,S01-Max=5.45;S02-Min=8.04,S02-Avg=8.57,S02-Max=8.94;S03-Min=137.20,S03-Avg=138.23,S03-Max=139.88;S05-Min=40.00,S05-Avg=40.00,S05-Max=40.00;S07-Min=40.50,S07-Avg=40.50,S07-Max=40.50;S08-Min=1213.36,S08-Avg=1271.70,S08-Max=1301.40;01-Cou=1.29,01-Min=5.90,01-Avg=6.23,01-Max=6.77;02-Cou=356.22,02-Min=1647.24,02-Avg=1708.59,02-Max=1755.90;01-ZsMin=5.50,01-ZsAvg=5.82,01-ZsMax=6.31;02-ZsMin=1554.43,02-ZsAvg=1597.96,02-ZsMax=1635.17&&FF01",
  },
  heartbeat2005: {
    source: parser,
    frame: "##0091ST=91;CN=9015;PW=123456;MN=LD130130000155;Flag=0;CP=&&DataTime=20160823234442000;CON-RT=0&&B401",
  },
  state2005: {
    source: parser,
    frame:
      "##0144ST=32;CN=2021;PW=123456;MN=LD130104000268;CP=&&DataTime=20160823235500;SB1-RS=0;SB2-RS=0;SB3-RS=0;SB4-RS=0;SB5-RS=0;SB6-RS=0;SB7-RS=0;SB8-RS=0&&2800",
  },
  stopped2005: {
    source: parser,
    frame:
      "##0352ST=31;CN=2011;PW=123456;MN=LD130132000342;CP=&&DataTime=20160824000239000;S02-Rtd=0.00,S02-Flag=F;S08-Rtd=-0.000009,S08-Flag=F;S03-Rtd=28.9,S03-Flag=F;S05-Rtd=2.8,S05-Flag=F;B02-Rtd=0.00;02-Rtd=2.77,02-Flag=F;02-ZsRtd=2.76,02-Flag=F;03-Rtd=0.677,03-Flag=F;03-ZsRtd=0.719,03-Flag=F;S01-Rtd=20.9,S01-Flag=F;01-Rtd=0.00,01-Flag=F;01-ZsRtd=0.00,01-Flag=F&&5000",
  },
  /** 01-ZsRtd comes before, and without, the flag of its factor. */
  flaggedElsewhere: {
    source: "public GitHub file 8671366610 (JavaScript, its own comment)",
    frame:
      "##0328ST=31;CN=2011;PW=123456;MN=88888880000001;CP=&&DataTime=20171219115817;S01-Rtd=0.00,S01-Flag=D;S02-Rtd=0.00,S02-Flag=D;S03-Rtd=0.00,S03-Flag=D;02-Rtd=0.00,02-Flag=D;S05-Rtd=0.00,S05-Flag=D;03-Rtd=0.00,03-Flag=D;01-ZsRtd=0.00;S08-Rtd=0.000000,S08-Flag=D;B02-Rtd=0.00,B02-Flag=D;01-Rtd=0.00,01-Flag=D;02-ZsRtd=0.00;03-ZsRtd=0.00&&B681",
  },
  unflagged: {
    source: "public GitHub file 49735044451 (C driver of a logger, a Beijing SDL stack)",
    frame:
      "##0259ST=32;CN=2011;PW=123456;MN=88888880000001;CP=&&DataTime=20191226182116;01-ZsRtd=0;02-ZsRtd=0;03-ZsRtd=0;01-Rtd=0;02-Rtd=0;03-Rtd=0;S01-Rtd=20.9595;S02-Rtd=2.40558;B02-Rtd=321518;S03-Rtd=18.4833;S05-Rtd=0.78372;S08-Rtd=-271.755;Load-Rtd=0;Nh3-scr-Rtd=4.12656&&B541",
  },
  qn2005: {
    source: "public GitHub file 10476490427 (Java, ProcessTVOC212)",
    frame:
      "##0372QN=20180315134456001;ST=31;CN=2011;PW=123456;MN=TY0102183V0001;CP=&&DataTime=20180315134400;S03-Rtd=147.12,S03-Flag=N;S08-Rtd=1.349,S08-Flag=N;S05-Rtd=8.000,S05-Flag=N;S01-Rtd=14.913,S01-Flag=N;S02-Rtd=6.38,S02-Flag=N;B02-Rtd=3600.0,B02-Flag=N;01-Rtd=25.2100,01-ZsRtd=63.6616,01-Flag=N;02-Rtd=20.3400,02-ZsRtd=51.0317,02-Flag=N;03-Rtd=50.5467,03-ZsRtd=125.0510,03-Flag=N&&A781",
  },
  air2017: {
    source: "public GitHub file 43552659239 (C#, its test of the check; DATA and check)",
    frame:
      "##0379QN=20180427125809000;ST=22;CN=2011;PW=123456;MN=LXHB0CS0306310;Flag=5;CP=&&DataTime=20180427125809;a34004-Rtd=75600.000,a34004-Flag=N;a34002-Rtd=140600.000,a34002-Flag=N;a34001-Rtd=178000.000,a34001-Flag=N;a01001-Rtd=24.8,a01001-Flag=N;a01002-Rtd=46.8,a01002-Flag=N;a01006-Rtd=101.380,a01006-Flag=N;a01007-Rtd=0.0,a01007-Flag=N;a01008-Rtd=25,a01008-Flag=N;LA-Rtd=57.9,LA-Flag=N&&5440",
  },
  /** The check in lower case; the bits of 2025 in a frame of 2021. */
  water2025: {
    source: alltobs,
    frame:
      "##0435QN=20210301111100112;ST=21;CN=2011;PW=123456;MN=ZLDSZ20210127;Flag=8;CP=&&DataTime=20210301111100;w01001-Rtd=8.33,w01001-Flag=N;w01009-Rtd=10.15,w01009-Flag=N;w01010-Rtd=9.7,w01010-Flag=N;w01014-Rtd=1425,w01014-Flag=N;w01003-Rtd=13.10,w01003-Flag=N;w21011-Rtd=0,w21011-Flag=N;w21001-Rtd=3.563168,w21001-Flag=N;w21003-Rtd=0.09055002,w21003-Flag=N;w01019-Rtd=4.102818,w01019-Flag=N;w01008-Rtd=0,w01008-Flag=N;w23002-Rtd=0,w23002-Flag=N&&7d00",
  },
  acknowledged2025: {
    source: "public GitHub file 67585982688 (Python)",
    frame:
      "##0247QN=20260706103512345;ST=21;CN=2011;PW=123456;MN=A110000_0001;Flag=9;CP=&&DataTime=20260706103000;w01010-Rtd=28.6,w01010-Flag=N;w01014-Rtd=7.8,w01014-Flag=N;w01001-Rtd=6.5,w01001-Flag=N;w01017-Rtd=15.2,w01017-Flag=N;w01019-Rtd=1.023,w01019-Flag=N&&1540",
  },
  fieldInformation: {
    source: "public GitHub file 35871427021 (Java, com.chada.ems TrafficPackageTest)",
    frame:
      "##0262QN=20190430101750562;ST=21;CN=3020;PW=624930;MN=A140100_2006;Flag=9;CP=&&DataTime=20190430101750;PolId=w01019,i12001-Info=0,i12002-Info=0;PolId=w21001,i12001-Info=0,i12002-Info=0;PolId=w21003,i12001-Info=0,i12002-Info=0;PolId=w21011,i12001-Info=0,i12002-Info=0&&FB41",
  },
  acknowledgement: {
    source: "public GitHub file 67573960039 (Python, the acknowledgement it expects)",
    frame: "##0075QN=20260706103512345;ST=91;CN=9014;PW=123456;MN=A110000_0001;Flag=8;CP=&&&&0140",
  },
} as const satisfies Readonly<Record<string, Sourced>>;

/** A frame whose check is wrong as it stands in its source: public GitHub file 42508917785 (Lua). */
export const wrongCheck =
  "##0236ST=31;CN=2011;PW=123456;MN=MP1;CP=&&DataTime=20210129152246;01-Rtd=8.764,01-ZsRtd=14.387;02-Rtd=9.933,02-ZsRtd=16.307;03-Rtd=86.131,03-ZsRtd=141.392;B02-Rtd=6015.213;S01-Rtd=13.893;S02-Rtd=2.491;S03-Rtd=44.586;S05-Rtd=0;S08-Rtd=53.796&&524F";

export const onWire = (...texts: readonly string[]): Buffer => Buffer.from(texts.map((text) => `${text}\r\n`).join(""));
